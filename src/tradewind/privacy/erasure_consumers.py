"""The consumer that erases accounts, page by page."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import msgspec

from tradewind.aws.table import ConditionFailed, Write
from tradewind.edge.consumer import queue_consumer
from tradewind.identity.public import find_contact, remove_account
from tradewind.kernel.caller import AccountStatus
from tradewind.kernel.events import Event
from tradewind.privacy import erasing, reads, writes
from tradewind.privacy.errors import ErasureTakenOver
from tradewind.privacy.model import GRACE, AccountErased, AccountErasureContinued, Deletion
from tradewind.shop import Shop

PAGE_ITEMS: Final = 50
"""Items of an account that one event erases, each order with all that belongs to it; another event erases the next."""
ERASED, CONTINUED, CLOSED, OUTDATED = "Erased", "Continued", "Closed", "Outdated"
"""The outcomes: all is gone that may; a page is; all but the profile is; there is no such deletion."""
WAITING, UNDONE = "Waiting", "Undone"
"""Nothing is gone yet, since the deletion can be undone; it was, so nothing is to go."""


class DeletedAccount(msgspec.Struct, frozen=True, rename="camel"):
    """What the events of a deletion say alike."""

    user_id: str


@queue_consumer
def erase_account(event: Event, shop: Shop) -> str:
    """Erase a page of a deleted account.

    The second delivery of an event goes on where the deletion is; what is gone needs no erasing.
    """
    deletion = reads.find_deletion(shop.table, msgspec.convert(event.data, DeletedAccount).user_id)
    if deletion is None:
        return OUTDATED
    if deletion.is_waiting(shop.clock.now()):
        return WAITING
    if _is_undone(deletion, shop):
        return UNDONE
    is_past_grace = deletion.is_past_grace(shop.clock.now())
    page = shop.table.query(reads.query_account(deletion.user_id, deletion.position, PAGE_ITEMS))
    kept_until = erasing.erase_items(page.items, shop, is_past_grace=is_past_grace)
    earliest = min((moment for moment in (deletion.keep_until, kept_until) if moment), default=None)
    moved = msgspec.structs.replace(deletion, pages=deletion.pages + 1, position=page.last, keep_until=earliest)
    if page.last is not None:
        _go_on(deletion, moved, event, shop)
        return CONTINUED
    erasing.erase_small_partitions(deletion.user_id, shop)
    if not is_past_grace:
        _wait(deletion, moved, shop)
        return CLOSED
    _finish(deletion, moved, event, shop)
    return ERASED


def _is_undone(deletion: Deletion, shop: Shop) -> bool:
    """Whether the account was opened again before its erasure began; the deletion is forgotten then.

    Nobody opens it while this is read: the last link that can was over an hour ago.
    """
    if deletion.begins_at is None or deletion.pages:
        return False
    contact = find_contact(shop.table, deletion.user_id)
    if contact is None or contact.status is AccountStatus.DELETING:
        return False
    with suppress(ConditionFailed):  # another delivery was faster, or it is deleted once more
        shop.table.write(writes.drop_deletion(deletion))
    return True


def _go_on(seen: Deletion, moved: Deletion, event: Event, shop: Shop) -> None:
    now = shop.clock.now()
    data = AccountErasureContinued(seen.user_id)
    following = writes.record_event(data, seen.user_id, shop.clock, event.correlation_id, moved.pages)
    _move([writes.move_deletion(seen, moved, now + GRACE, now), following], shop)


def _wait(seen: Deletion, moved: Deletion, shop: Shop) -> None:
    """Begin anew when the grace is over."""
    _move([writes.move_deletion(seen, _begin_anew(moved), seen.requested_at + GRACE, shop.clock.now())], shop)


def _finish(seen: Deletion, moved: Deletion, event: Event, shop: Shop) -> None:
    """Remove the profile, if it is still there, and set the address free.

    What was still being written for an account that was there is due an hour later, and what is locked at its date.
    """
    now, contact = shop.clock.now(), find_contact(shop.table, seen.user_id)
    if contact is None:
        return _move([writes.move_deletion(seen, _begin_anew(moved), moved.keep_until, now)], shop)
    erasing.erase_addresses(contact, shop.table)
    ended = msgspec.structs.replace(_begin_anew(moved), erased_at=now)
    erased = writes.record_event(
        AccountErased(seen.user_id), seen.user_id, shop.clock, event.correlation_id, moved.pages
    )
    removal = remove_account(seen.user_id, contact.email)
    return _move([writes.move_deletion(seen, ended, now + GRACE, now), *removal, erased], shop)


def _begin_anew(deletion: Deletion) -> Deletion:
    return msgspec.structs.replace(deletion, position=None, keep_until=None)


def _move(changes: list[Write], shop: Shop) -> None:
    """Raises ErasureTakenOver."""
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        raise ErasureTakenOver from error
