"""Where each kind of channel does the seven acts against its peer: a post with a photo, one without, a long
Lao text, a correction, a retraction, a repeat after a lost answer, and a token that was revoked.

The first five are the contract's, for every kind; where a channel cannot post without a photo, correct or
retract, the tests that are named here show what becomes of it instead. A kind whose service knows neither
keys nor accounts, or that differs otherwise, has tests of its own for the last two.
"""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest

from syndicator.channels import kind
from syndicator.domain.capabilities import NEVER
from tests.channels.contract import ChannelContract, HttpChannelContract
from tests.channels.test_capability_table import channel

#: What every channel does, as of the contract.
FIRST_FIVE = (
    "test_shows_the_lead_photo_with_its_alternative_text",
    "test_a_post_without_a_photo_has_none",
    "test_takes_the_longest_post_that_it_allows",
    "test_an_edit_makes_the_post_say_the_new_thing",
    "test_deleting_twice_is_harmless",
)

#: What becomes of a correction, and of a retraction, where posts cannot be edited, or deleted.
BY_HAND = (
    "test_unchangeable_deliveries:test_a_correction_leaves_the_post_and_says_so",
    "test_unchangeable_deliveries:test_a_retraction_is_to_be_done_by_hand",
)
SKIPPED = "test_fetched_photo_deliveries:test_an_article_without_a_photo_is_skipped_in_so_many_words"
WITHOUT_PHOTO = {"instagram": SKIPPED}
IN_THE_THREAD = "test_a_correction_is_in_the_thread_of"
INSTEAD = {
    "apprise": BY_HAND,
    "slackhook": BY_HAND,
    "viber": BY_HAND,
    "instagram": (
        "test_fetched_photo_deliveries:test_a_correction_and_a_retraction_are_left_to_a_person",
        "test_fetched_photo_deliveries:test_a_correction_and_a_retraction_are_left_to_a_person",
    ),
    "mail": (
        f"{IN_THE_THREAD}_its_alert",
        "test_a_retraction_is_in_the_thread_and_leads_nowhere",
    ),
    "mailinglist": (f"{IN_THE_THREAD}_each_reader", "test_a_retraction_names_no_link_to_read_on"),
    "nostr": ("test_a_correction_is_a_reply_and_is_not_found_in_its_place", ""),
    "threads": ("test_a_correction_is_a_reply", ""),
    "webpush": ("", "test_a_retraction_shows_a_notice_in_its_place"),
    "x": ("test_a_reply_stands_under_its_post_where_the_account_may", ""),
}

#: A repeat after a lost answer: where it is not the contract's of services that know keys, or can be asked.
LEFT_TO_A_PERSON = "test_after_a_lost_answer_nobody_posts_again"
LOST_ANSWER = {
    "activitypub": "test_activitypub_peer:test_a_repeat_is_known_to_be_one",
    "apprise": "test_after_a_lost_answer_nobody_is_notified_again",
    "discord": LEFT_TO_A_PERSON,
    "exec": "test_what_was_lost_is_made_up_for",
    "mail": "test_an_answer_to_the_dot_that_is_lost_leaves_it_unknown",
    "mailinglist": "test_an_alert_is_not_repeated_where_the_answer_was_lost",
    "nostr": "test_after_a_lost_answer_the_note_is_found",
    "outbox": "test_a_post_whose_last_file_is_missing_was_not_posted",
    "slack": LEFT_TO_A_PERSON,
    "slackhook": LEFT_TO_A_PERSON,
    "telegram": "test_telegram_deliveries:test_a_lost_answer_is_never_repeated",
    "viber": LEFT_TO_A_PERSON,
    "webpush": "test_a_repeat_after_a_lost_answer_is_sent_to_nobody",
}

#: A token that was revoked: whatever lets a channel in is no longer taken.
STOPS, IS_TOLD = "test_a_revoked_token_stops_the_channel", "test_a_revoked_token_is_told"
REVOKED = {
    "activitypub": "test_a_server_that_verifies_nothing",
    "apprise": "test_a_key_under_which_nothing_is_stops_the_channel",
    "bluesky": "test_a_revoked_password_needs_a_person",
    "discord": STOPS,
    "discordbot": STOPS,
    "exec": "test_an_exit_code_says_whether_it_was_done",
    "facebook": IS_TOLD,
    "indexnow": "test_a_key_that_the_engine_does_not_find_stops_the_channel",
    "instagram": IS_TOLD,
    "linkedin": IS_TOLD,
    "mail": "test_a_password_lets_us_in",
    "mailinglist": "test_a_password_that_was_changed_makes_everybody_wait",
    "mastodon": "test_a_token_that_was_revoked_is_told_at_a_post_and_at_a_check",
    "matrix": STOPS,
    "nostr": "test_what_no_relay_takes_is_told_in_its_words",
    "ntfy": STOPS,
    "outbox": "test_a_file_where_the_folder_should_be_is_told",
    "slack": STOPS,
    "slackhook": "test_a_webhook_that_is_no_more_stops_the_channel",
    "telegram": "test_what_stops_the_account_is_told_at_a_post_and_at_a_check",
    "threads": IS_TOLD,
    "viber": STOPS,
    "webhook": "test_a_wrong_secret_is_the_account_s_trouble",
    "webpush": "test_where_nobody_takes_our_key_the_operator_is_told_and_nobody_is_lost",
    "x": STOPS,
}


def all_tests(module: str) -> set[str]:
    """The tests of a module, those of the contract among them."""
    found = import_module(f"tests.channels.{module}")
    classes = [each for each in vars(found).values() if isinstance(each, type)]
    return {test for each in (found, *classes) for test in dir(each) if test.startswith("test_")}


def stands(name: str, test: str) -> bool:
    module, _, alone = test.rpartition(":")
    return alone in all_tests(module or f"test_{name}")


def contract_of(name: str) -> type[ChannelContract]:
    found = vars(import_module(f"tests.channels.test_{name}")).values()
    return next(
        each
        for each in found
        if isinstance(each, type)
        and issubclass(each, ChannelContract)
        and each.__module__.endswith(f".test_{name}")
    )


@pytest.mark.parametrize("name", kind.built_in)
def test_every_kind_does_the_seven_acts(name: str) -> None:
    assert set(FIRST_FIVE) <= all_tests(f"test_{name}")
    assert stands(name, REVOKED[name])
    if name in LOST_ANSWER:
        assert stands(name, LOST_ANSWER[name])
        return
    assert issubclass(contract_of(name), HttpChannelContract)
    capabilities = channel(name).capabilities
    assert capabilities.finds or capabilities.key_memory is not None  # the contract's skips none of these


@pytest.mark.parametrize("name", kind.built_in)
def test_of_what_cannot_be_changed_a_test_says_what_is_done_instead(name: str) -> None:
    capabilities = channel(name).capabilities
    within: tuple[timedelta, ...] = (capabilities.edit_within, capabilities.delete_within)
    if name == "mailinglist":
        within = (NEVER, NEVER)  # as its alerts are; the example is of a digest

    assert not capabilities.needs_photo or stands(name, WITHOUT_PHOTO[name])
    for instead, each in zip(INSTEAD.get(name, ("", "")), within, strict=True):
        assert bool(instead) == (each == NEVER)
        assert not instead or stands(name, instead)
