"""The writes of cart lines and of the marks of open carts, each with the condition under which it applies."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tradewind.aws.table import Absent, AnyOf, AtLeast, AtMost, Conditions, Delete, Equals, Item, Present, Update
from tradewind.cart.model import (
    ABANDONED_AFTER,
    GUEST_MARK_RETENTION,
    MARK_RETENTION,
    MAX_LINES,
    MAX_QUANTITY,
    RETENTION,
    CartLine,
    OpenCart,
)
from tradewind.cart.reads import OPEN_SHARDS, line_key, open_cart_key, open_carts_partition
from tradewind.kernel.clock import epoch_seconds, iso
from tradewind.kernel.partitions import is_guest_id, shard_of

_TICK = timedelta(milliseconds=1)
"""What times in the table are told apart by."""

_WATCH_ATTRIBUTES = ("GSI2PK", "GSI2SK", "dueAt")


def add_units(owner_id: str, variant_id: str, units: int, now: datetime, *, may_begin: bool = True) -> Update:
    """Add to a line, or begin it; the condition fails when it would hold more than a line may, or may not be begun."""
    has_room = AtMost("quantity", MAX_QUANTITY - units)
    return Update(
        line_key(owner_id, variant_id),
        set={"variantId": variant_id, **_touch(now)},
        set_once={"addedAt": iso(now)},
        add={"quantity": units, "version": 1},
        when=(AnyOf((Absent(), has_room)) if may_begin else has_room,),
    )


def set_quantity(owner_id: str, variant_id: str, quantity: int, now: datetime) -> Update:
    """Set the quantity of a line, whatever it is; the condition fails when there is no such line."""
    changes = {"quantity": quantity, **_touch(now)}
    return Update(line_key(owner_id, variant_id), set=changes, add={"version": 1}, when=(Present(),))


def delete_line(owner_id: str, variant_id: str) -> Delete:
    """Delete a line, if there is one."""
    return Delete(line_key(owner_id, variant_id))


def delete_unchanged_line(owner_id: str, line: CartLine) -> Delete:
    """The condition fails when the line has changed since it was read.

    A line that was removed and added again counts its versions anew; `addedAt` tells the two apart.
    """
    return Delete(line_key(owner_id, line.variant_id), _is_same_line(line))


def take_units(owner_id: str, line: CartLine, units: int, now: datetime) -> Delete | Update:
    """Take units that are ordered out of a line, which ends with its last unit; the condition is the same."""
    if units >= line.quantity:
        return delete_unchanged_line(owner_id, line)
    return _subtract(owner_id, line.variant_id, units, now, when=_is_same_line(line))


def delete_ordered_line(owner_id: str, variant_id: str, units: int, until: datetime) -> Delete:
    """The condition fails when a line holds more units than were ordered, or was changed after `until` (UTC)."""
    return Delete(line_key(owner_id, variant_id), (AtMost("quantity", units), AtMost("updatedAt", iso(until))))


def take_ordered_units(owner_id: str, variant_id: str, units: int, until: datetime, now: datetime) -> Update:
    """Take units that were ordered out of a line that holds more, unless it was changed after `until`.

    A repetition fails: the line is changed by it, at `now` or, where clocks differ, just after `until`.
    """
    unchanged = (AtLeast("quantity", units + 1), AtMost("updatedAt", iso(until)))
    return _subtract(owner_id, variant_id, units, max(now, until + _TICK), when=unchanged)


def start_watching(owner_id: str, now: datetime) -> Update:
    """Mark a cart as open, to be checked when it may have been abandoned."""
    return Update(
        open_cart_key(owner_id), set={**_keep_mark(owner_id, now), **_schedule(owner_id, now + ABANDONED_AFTER)}
    )


def renew_mark(owner_id: str, now: datetime) -> Update:
    """Mark a cart as open for longer: a customer's is watched, a guest's is kept as its lines are."""
    if is_guest_id(owner_id):
        return Update(open_cart_key(owner_id), set=_keep_mark(owner_id, now))
    return start_watching(owner_id, now)


def count_line(owner_id: str, now: datetime) -> Update:
    """Count a line that is begun, on the mark of the cart; the condition fails where `lines` is at the limit."""
    has_room = AnyOf((Absent("lines"), AtMost("lines", MAX_LINES - 1)))
    return Update(
        open_cart_key(owner_id), set=_keep_mark(owner_id, now), add={"begun": 1, "lines": 1}, when=(has_room,)
    )


def recount_line(cart: OpenCart, lines: int, now: datetime) -> Update:
    """Count a line that is begun beside so many; the condition fails when another was begun since `cart` was read."""
    changes = {**_keep_mark(cart.user_id, now), "lines": lines + 1}
    return Update(open_cart_key(cart.user_id), set=changes, add={"begun": 1}, when=(Equals("begun", cart.begun),))


def renew_with(counted: Update, owner_id: str, now: datetime) -> Update:
    """The same write, which renews the mark as well: a transaction changes an item once."""
    return msgspec.structs.replace(counted, set=counted.set | renew_mark(owner_id, now).set)


def postpone_reminder(cart: OpenCart, due_at: datetime) -> Update:
    """The condition fails when another run was faster, or something was added meanwhile."""
    return Update(open_cart_key(cart.user_id), set=_schedule(cart.user_id, due_at), when=_is_unchanged(cart))


def stop_watching(cart: OpenCart) -> Update:
    """End the checks until something is added to the cart; the condition is that of `postpone_reminder`."""
    return Update(open_cart_key(cart.user_id), remove=_WATCH_ATTRIBUTES, when=_is_unchanged(cart))


def record_reminder(cart: OpenCart, now: datetime) -> Update:
    """End the checks, and keep when the customer was reminded; the condition is that of `postpone_reminder`."""
    changes = {"remindedAt": iso(now)}
    return Update(open_cart_key(cart.user_id), set=changes, remove=_WATCH_ATTRIBUTES, when=_is_unchanged(cart))


def _subtract(owner_id: str, variant_id: str, units: int, now: datetime, *, when: Conditions) -> Update:
    return Update(line_key(owner_id, variant_id), set=_touch(now), add={"quantity": -units, "version": 1}, when=when)


def _is_same_line(line: CartLine) -> Conditions:
    return (Equals("version", line.version), Equals("addedAt", iso(line.added_at)))


def _is_unchanged(cart: OpenCart) -> Conditions:
    return (Equals("dueAt", iso(cart.due_at) if cart.due_at else None),)


def _schedule(owner_id: str, due_at: datetime) -> Item:
    shard = shard_of(owner_id, OPEN_SHARDS)
    return {"dueAt": iso(due_at), "GSI2PK": open_carts_partition(shard), "GSI2SK": f"{iso(due_at)}#{owner_id}"}


def _keep_mark(owner_id: str, now: datetime) -> Item:
    retention = GUEST_MARK_RETENTION if is_guest_id(owner_id) else MARK_RETENTION
    return {"userId": owner_id, "expiresAt": epoch_seconds(now + retention)}


def _touch(now: datetime) -> Item:
    return {"updatedAt": iso(now), "expiresAt": epoch_seconds(now + RETENTION)}
