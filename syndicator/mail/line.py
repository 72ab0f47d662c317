"""A line to a relay: messages handed over one after the other (RFC 5321), each within a deadline.

A message is out when the relay has answered 250 to the dot behind it (section 4.2.5): a connection that is
lost before that answer, and after the dot, leaves it unknown (RFC 1047).
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from syndicator.domain.errors import OutcomeUnknown
from syndicator.mail.deadline import Deadline

#: The last byte of a line.
LINE_END = ord("\n")

#: Bytes of a reply's line, as smtplib has it, and lines. A reply without a code is an answer of this one.
MAX_REPLY_LINE, MAX_REPLY_LINES, NO_CODE = 8192, 100, -1


class Stage(StrEnum):
    """What a relay answers to."""

    US = "us"
    USER = "the user and the password"
    SENDER = "the sender"
    RECIPIENT = "the recipient"
    DATA = "any message"
    CONTENT = "the message"


@dataclass(frozen=True, slots=True)
class Answer:
    """A relay's answer at one stage, which is the last one where it is not good. ``text``: in one line, of
    one that is not good."""

    stage: Stage
    code: int
    text: str

    @property
    def is_good(self) -> bool:
        return self.code // 100 == (3 if self.stage is Stage.DATA else 2)

    @property
    def is_for_now(self) -> bool:
        """Whether it may be another one later (section 4.2.1)."""
        return self.code // 100 == 4

    @property
    def is_about_us(self) -> bool:
        """Whether it would be the same to any other message."""
        return self.code == 421 or self.stage not in (Stage.RECIPIENT, Stage.CONTENT)


class Line:
    """A connection that is let in. ``shown``: a relay's words, as they may be shown."""

    def __init__(
        self, smtp: smtplib.SMTP, deadline: Deadline, host: str, shown: Callable[[object], str]
    ) -> None:
        self._smtp, self._deadline, self.host, self._shown = smtp, deadline, host, shown

    def hand_over(self, content: bytes, sender: str, recipient: str) -> Answer:
        """Hands a message over, with lines that end in CR LF. After an answer that is not good, the line is
        ready for the next one. Raises ``OutcomeUnknown``; ``OSError`` and ``smtplib.SMTPException`` where the
        connection is lost before the message was whole."""
        self._deadline.begin()
        refusal = self._open(sender, recipient)
        if refusal:
            with suppress(OSError, smtplib.SMTPException):  # a relay may close the line (section 3.8)
                self._smtp.rset()
            return refusal
        self._smtp.send(quoted(content))  # one that could not be handed over whole lacks the dot at its end
        try:
            return self._answer(Stage.CONTENT)
        except (OSError, smtplib.SMTPException) as e:
            raise OutcomeUnknown(f"{self.host} gave no answer to the message: {self._shown(e)}") from e

    def _open(self, sender: str, recipient: str) -> Answer | None:
        """Begins a message; ``None``: its content is waited for. In one go where the relay takes that
        (RFC 2920): each wait for an answer is a way there and back."""
        commands = (
            (Stage.SENDER, f"MAIL FROM:<{sender}>\r\n"),
            (Stage.RECIPIENT, f"RCPT TO:<{recipient}>\r\n"),
            (Stage.DATA, "DATA\r\n"),
        )
        if not self._smtp.has_extn("pipelining"):
            for stage, command in commands:
                self._smtp.send(command)
                answer = self._answer(stage)
                if not answer.is_good:
                    return answer
            return None
        self._smtp.send("".join(command for _, command in commands))
        answers = [self._answer(stage) for stage, _ in commands]
        refusal = next((answer for answer in answers if not answer.is_good), None)
        if refusal and answers[-1].is_good:  # it waits for the content of a message to nobody (section 3.1)
            self._smtp.send(".\r\n")
            self._smtp.getreply()
        return refusal

    def _answer(self, stage: Stage) -> Answer:
        """The next reply (section 4.2). Each message has four: smtplib's own reader takes longer than all
        else that is done for them here."""
        lines: list[bytes] = []
        file = self._smtp.file
        while file and (not lines or lines[-1][3:4] == b"-"):
            lines.append(file.readline(MAX_REPLY_LINE + 1))
            if len(lines[-1]) > MAX_REPLY_LINE or len(lines) > MAX_REPLY_LINES:
                self._smtp.close()
                raise smtplib.SMTPResponseException(NO_CODE, "its reply is too long")
        if not lines or not lines[-1]:
            self._smtp.close()
            raise smtplib.SMTPServerDisconnected("the connection was closed")
        code = int(lines[-1][:3]) if lines[-1][:3].isdigit() else NO_CODE
        answer = Answer(stage, code, "")
        if answer.is_good:
            return answer
        return replace(answer, text=self._shown(b" ".join(line[4:].strip() for line in lines)))


def quoted(content: bytes) -> bytes:
    """The message with its end: lines that begin with a dot have two (section 4.5.2)."""
    at = content.find(b".")
    while (
        at > 0 and content[at - 1] != LINE_END
    ):  # base64, most of a message, is without dots: quickly passed
        at = content.find(b".", at + 1)
    if at >= 0:
        content = content.replace(b"\r\n.", b"\r\n..")
        content = b"." + content if content.startswith(b".") else content
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
