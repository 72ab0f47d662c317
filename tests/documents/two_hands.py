"""Two hands on the documents of one feed."""

from __future__ import annotations

from threading import Thread

from syndicator.documents import DocumentError
from syndicator.jobs.ports import Documents
from tests.documents.test_keeping import document


def replaced_by_two_hands(documents: Documents, length: int, times: int) -> list[DocumentError]:
    """Both replace the document of the feed ``all`` so many times, each with a letter of its own, repeated:
    of ``length`` bytes at first, and of one more each time. Returns what they complained of."""
    faults: list[DocumentError] = []

    def write(hand: bytes) -> None:
        try:
            for number in range(times):
                documents.replace("all", [document(hand * (length + number))])
        except DocumentError as e:
            faults.append(e)

    hands = [Thread(target=write, args=(hand,)) for hand in (b"a", b"b")]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return faults
