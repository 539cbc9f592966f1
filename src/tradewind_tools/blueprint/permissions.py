"""Permissions of a function: exact actions on exactly the partitions, queues and secrets that it needs.

A transaction needs the permissions of each of its writes, and none of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class TableGrant:
    """One action on the partitions that the patterns name, of the table or of one of its indexes."""

    action: str
    partitions: tuple[str, ...]
    index: str | None = None


@dataclass(frozen=True, slots=True)
class BusGrant:
    """Put events on the shop's bus."""


@dataclass(frozen=True, slots=True)
class MailGrant:
    """Send mail from the shop's address."""


@dataclass(frozen=True, slots=True)
class TextGrant:
    """Send short messages to telephones."""


@dataclass(frozen=True, slots=True)
class SecretGrant:
    """Read one secret: `tradewind/<stage>/<purpose>`."""

    purpose: str


@dataclass(frozen=True, slots=True)
class StreamGrant:
    """Read the table's stream from any position."""


@dataclass(frozen=True, slots=True)
class StateMachineGrant:
    """Run a state machine, and await its end."""

    machine: str


@dataclass(frozen=True, slots=True)
class DeadLetterGrant:
    """Read every dead-letter queue; with `redrive`, remove messages and send them back."""

    redrive: bool


Grant: TypeAlias = (
    DeadLetterGrant | TableGrant | BusGrant | MailGrant | TextGrant | SecretGrant | StreamGrant | StateMachineGrant
)


def gets(*partitions: str) -> TableGrant:
    return TableGrant("dynamodb:GetItem", partitions)


def batch_gets(*partitions: str) -> TableGrant:
    return TableGrant("dynamodb:BatchGetItem", partitions)


def queries(*partitions: str, index: str | None = None) -> TableGrant:
    """Query; with an `index` the partitions are those of the index."""
    return TableGrant("dynamodb:Query", partitions, index)


def puts(*partitions: str) -> TableGrant:
    return TableGrant("dynamodb:PutItem", partitions)


def updates(*partitions: str) -> TableGrant:
    return TableGrant("dynamodb:UpdateItem", partitions)


def deletes(*partitions: str) -> TableGrant:
    return TableGrant("dynamodb:DeleteItem", partitions)


def publishes() -> BusGrant:
    return BusGrant()


def sends_mail() -> MailGrant:
    return MailGrant()


def sends_texts() -> TextGrant:
    return TextGrant()


def reads_secret(purpose: str) -> SecretGrant:
    return SecretGrant(purpose)


def reads_stream() -> StreamGrant:
    return StreamGrant()


def runs(machine: str) -> StateMachineGrant:
    return StateMachineGrant(machine)


def looks_into_dead_letters() -> DeadLetterGrant:
    return DeadLetterGrant(redrive=False)


def redrives_dead_letters() -> DeadLetterGrant:
    return DeadLetterGrant(redrive=True)
