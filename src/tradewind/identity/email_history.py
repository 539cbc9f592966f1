"""The addresses that an account had: what a change keeps of them, and what undoing one gives back.

Who takes over an account changes its address, perhaps twice. The mail to each address before has a link, and the oldest
link undoes all that came after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tradewind.identity.model import UNDO_LIFETIME, PendingEmail, PreviousEmail, User


class Undoing(NamedTuple):
    """What undoing a change leaves: the changes before it, and for each other address until when it stays locked.

    An address with None is free for everybody.
    """

    kept: tuple[PreviousEmail, ...]
    others: dict[str, datetime | None]


def list_open(user: User, now: datetime) -> tuple[PreviousEmail, ...]:
    """The changes that can still be undone, the oldest first."""
    return tuple(each for each in user.previous_emails if each.is_open(now))


def undoable_until(user: User, now: datetime) -> datetime | None:
    """Until when one of the changes can be undone; None where there is none."""
    return max((each.undo_until for each in list_open(user, now)), default=None)


def list_earlier_owners(user: User, now: datetime) -> list[PreviousEmail]:
    """Of each address that the account had before and can have again, the oldest change: it undoes the most."""
    oldest = {each.email: each for each in reversed(list_open(user, now))}
    return [each for email, each in oldest.items() if email != user.email][::-1]


def append_change(user: User, pending: PendingEmail, now: datetime) -> tuple[PreviousEmail, ...]:
    """Return the changes that can be undone once this one is made now."""
    change = PreviousEmail(pending.change_id, user.email, pending.requested_at, undo_until=now + UNDO_LIFETIME)
    return (*list_open(user, now), change)


def undo_change(user: User, change: PreviousEmail, now: datetime) -> Undoing:
    """Return what is left when a change is undone, and with it every later one."""
    open_changes = list_open(user, now)
    position = open_changes.index(change)
    kept = open_changes[:position]
    given_up = dict.fromkeys([user.email, *(each.email for each in open_changes[position + 1 :])])
    others = {email: _locked_until(email, kept) for email in given_up if email != change.email}
    return Undoing(kept, others)


def _locked_until(email: str, kept: Iterable[PreviousEmail]) -> datetime | None:
    """An address of an earlier change stays locked: its link may still be followed."""
    return max((each.undo_until for each in kept if each.email == email), default=None)
