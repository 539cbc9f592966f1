"""The shop's ports in a simulated world: its clock, its secrets, its mail and its short messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from tradewind.aws.mailer import Mail
from tradewind.aws.secrets import Secret
from tradewind.aws.sms import SmsMessage
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.scheduler import Scheduler, Task

BEGINNING = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BEFORE_MIDNIGHT = datetime(2026, 11, 30, 23, 59, 58, tzinfo=UTC)
"""A history that begins here goes on in the next month."""


class SimulatedClock:
    """Virtual time, by the clock of the running task; entropy from the seed."""

    def __init__(self, scheduler: Scheduler, random: Random, beginning: datetime = BEGINNING) -> None:
        self.beginning = beginning
        self._scheduler = scheduler
        self._random = random

    def now(self) -> datetime:
        task = self._scheduler.current
        return self.beginning + timedelta(milliseconds=self._scheduler.now_ms + (task.skew_ms if task else 0))

    def entropy(self, size: int) -> bytes:
        return self._random.randbytes(size)

    def sleep(self, seconds: float) -> None:
        self._scheduler.pause(int(seconds * 1000))


class SimulatedSecrets:
    def current(self, name: str) -> Secret:
        return Secret(secret_string=f"secret of {name}", version_id="1")

    def previous(self, name: str) -> Secret | None:  # noqa: ARG002 - the protocol's
        return None


class SentMessage(NamedTuple):
    """A mail or a short message that was sent, by whom and when.

    `content` is a mail's subject, or the text of a short message; `text` all that the mail says.
    """

    recipient: str
    content: str
    message_id: str
    sender: Task
    sent_ms: int
    text: str = ""

    @property
    def may_be_unrecorded(self) -> bool:
        """A fault hit the sender at this message or after it: it may not know that the message was sent."""
        return self.sender.last_fault_ms is not None and self.sender.last_fault_ms >= self.sent_ms


class _MessageService:
    """Sends messages, and keeps them."""

    def __init__(self, calls: Calls, kind: str) -> None:
        self.sent: list[SentMessage] = []
        self._calls = calls
        self._kind = kind

    def _send(self, recipient: str, content: str, text: str = "") -> str:
        return self._calls.make(f"{self._kind}.send", content, lambda: self._accept(recipient, content, text))

    def _accept(self, recipient: str, content: str, text: str) -> str:
        message_id = f"{self._kind}-{len(self.sent)}"
        sender, now_ms = self._calls.caller, self._calls.scheduler.now_ms
        self.sent.append(SentMessage(recipient, content, message_id, sender, now_ms, text))
        return message_id


class SimulatedMailer(_MessageService):
    """A `tradewind.aws.mailer.Mailer`."""

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls, "mail")

    def send(self, mail: Mail) -> str:
        return self._send(mail.recipient, mail.subject, mail.text)


class SimulatedSms(_MessageService):
    """A short message service."""

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls, "sms")

    def send(self, message: SmsMessage) -> str:
        return self._send(message.recipient, message.body)
