"""From which devices somebody has signed in: the owner of an account is told of one that it has not seen lately."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from tradewind.aws.table import Write
from tradewind.identity import reads, writes
from tradewind.identity.model import Session, SignedInFromNewDevice, User
from tradewind.kernel.clock import epoch_seconds
from tradewind.shop import Shop

_MARK_LENGTH = 32


class Device(NamedTuple):
    """What a session begins from, and whether the account has seen it before; nobody is told of the very first."""

    mark: str
    is_new: bool


def mark_device(user_agent: str) -> str:
    """Return what tells devices apart: a hash of what the program calls itself, without digits.

    A browser that was updated is the same device; SHA-256 in hex, shortened.
    """
    name = "".join(character for character in user_agent if not character.isdigit())
    return hashlib.sha256(name.encode()).hexdigest()[:_MARK_LENGTH]


def find_device(user: User, session: Session, shop: Shop) -> Device:
    """One round trip. What expired counts as gone: DynamoDB may remove it days later."""
    mark = mark_device(session.device)
    key = reads.device_key(user.user_id, mark)
    found = shop.table.get_many([key], consistent=True).get(key)
    is_known = found is not None and found["expiresAt"] > epoch_seconds(shop.clock.now())
    return Device(mark, is_new=not is_known and user.last_login_at is not None)


def record_sign_in(user: User, session: Session, device: Device, shop: Shop, correlation_id: str) -> list[Write]:
    """Return the writes that belong to a new session: when and from which device somebody has signed in last."""
    changes: list[Write] = [
        writes.note_sign_in(user, session.created_at),
        writes.remember_device(user.user_id, device.mark, session.created_at),
    ]
    if device.is_new:
        event = SignedInFromNewDevice(user.user_id, session.session_id)
        changes.append(writes.record_user_event(event, user.user_id, user.version, shop.clock, correlation_id))
    return changes
