"""The shop's other ports in memory: each takes everything, and keeps it to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradewind.aws.bus import Entry
from tradewind.aws.mailer import Mail
from tradewind.aws.queues import QueueMessage
from tradewind.aws.secrets import Secret
from tradewind.aws.sms import SmsMessage
from tradewind.aws.stream import FailedBatch
from tradewind.aws.vault import CURRENT, PENDING


class MemorySecrets:
    """Every secret is there, with a value that follows from its name."""

    def current(self, name: str) -> Secret:
        return Secret(secret_string=f"the value of {name}", version_id=f"the version of {name}")

    def previous(self, name: str) -> Secret | None:  # noqa: ARG002 - no secret was ever rotated
        return None


class MemoryBus:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def put(self, entries: Sequence[Entry]) -> list[str | None]:
        self.entries += entries
        return [None] * len(entries)


class MemoryMailer:
    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> str:
        self.mails.append(mail)
        return f"mail-{len(self.mails)}"


class MemorySmsSender:
    def __init__(self) -> None:
        self.messages: list[SmsMessage] = []

    def send(self, message: SmsMessage) -> str:
        self.messages.append(message)
        return f"sms-{len(self.messages)}"


class MemoryQueues:
    """Dead-letter queues, which are empty, and the queues that messages are sent back to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def count(self, queue: str) -> int:  # noqa: ARG002 - all are empty; likewise below
        return 0

    def peek(self, queue: str) -> list[QueueMessage]:  # noqa: ARG002
        return []

    def receive(self, queue: str) -> list[QueueMessage]:  # noqa: ARG002
        return []

    def send(self, queue: str, body: str) -> None:
        self.sent.append((queue, body))

    def delete(self, queue: str, message: QueueMessage) -> None:
        """Nothing to delete."""


class MemoryStream:
    """A stream whose batches are empty."""

    def records(self, batch: FailedBatch) -> list[dict[str, Any]]:  # noqa: ARG002 - as the class says
        return []


class MemoryVault:
    """The versions of each secret; the first is `first`."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], str] = {}
        self._stages: dict[tuple[str, str], str] = {}

    def current_version(self, secret_id: str) -> str:
        return self._stages.get((secret_id, CURRENT), "first")

    def value(self, secret_id: str, version_id: str) -> str | None:
        return self._values.get((secret_id, version_id))

    def keep_pending(self, secret_id: str, version_id: str, value: str) -> None:
        self._values[secret_id, version_id] = value
        self._stages[secret_id, PENDING] = version_id

    def put_in_use(self, secret_id: str, version_id: str, instead_of: str) -> None:  # noqa: ARG002 - nobody else rotates it
        self._stages[secret_id, CURRENT] = version_id
