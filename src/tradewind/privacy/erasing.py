"""What the deletion of an account does to each of its items, as their kinds declare it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from tradewind.aws.table import ConditionFailed, Item, Query, Table, query_all, query_pages
from tradewind.identity.public import Contact, email_partition, release_email
from tradewind.kernel.partitions import order_partition
from tradewind.kernel.privacy import Erasure
from tradewind.ordering.public_items import keep_until, order_from
from tradewind.privacy import writes
from tradewind.privacy.kinds import find_kind, list_small_partitions, privacy_of
from tradewind.shop import Shop

_ORDER, _PROFILE, _NOTIFICATION = "ORDER#", "PROFILE", "NOTIFICATION#"
_CLAIM, _CHANGES = "CLAIM", "CHANGES#"


def erase_items(items: Iterable[Item], shop: Shop, *, is_past_grace: bool) -> datetime | None:
    """Erase a page of an account; return when the first of those that stay may go.

    The profile goes last, with the address. Before the grace is over, the mail about the deletion may still be on its
    way: the records of mails stay. Raises UnknownKind.
    """
    kept = [_erase(item, shop, is_past_grace=is_past_grace) for item in items if item["SK"] != _PROFILE]
    return min((moment for moment in kept if moment), default=None)


def erase_small_partitions(user_id: str, shop: Shop) -> None:
    """Erase what stands in partitions of its own. Raises UnknownKind."""
    for partition in list_small_partitions(user_id):
        erase_items(query_all(shop.table, Query(partition, consistent=True)), shop, is_past_grace=True)


def erase_addresses(contact: Contact, table: Table) -> None:
    """Remove what is counted for an account's addresses, and its claims on earlier ones; that on its own goes last.

    Raises UnknownKind.
    """
    _remove_counts(contact.email, table)
    pending = [contact.pending_email.email] if contact.pending_email else []
    for email in {*pending, *(each.email for each in contact.previous_emails)} - {contact.email}:
        _remove_counts(email, table, _CHANGES)
        with suppress(ConditionFailed):  # another account may have it by now
            table.write(release_email(contact.user_id, email))


def _remove_counts(email: str, table: Table, beginning: str = "") -> None:
    """Remove what is counted for an address; attempts at one that may be somebody else's go on counting."""
    for item in query_all(table, Query(email_partition(email), begins=beginning, consistent=True)):
        if item["SK"] != _CLAIM and privacy_of(find_kind(item)).erasure is Erasure.REMOVE:
            table.write(writes.remove_item(item))


def _erase(item: Item, shop: Shop, *, is_past_grace: bool) -> datetime | None:
    """Return when the item may go, if it is not yet gone."""
    if item["SK"].startswith(_NOTIFICATION) and not is_past_grace:
        return None
    privacy = privacy_of(find_kind(item))
    match privacy.erasure:
        case Erasure.REMOVE:
            shop.table.write(writes.remove_item(item))
        case Erasure.ANONYMISE:
            _blank(item, shop.table)
        case Erasure.LOCK if item["SK"].startswith(_ORDER):
            return _erase_order(item, shop)
        case _:  # it is kept, expires, or is locked with the order that it belongs to
            pass
    return None


def _erase_order(item: Item, shop: Shop) -> datetime | None:
    """Anonymise an order with all that belongs to it, once it may be; return when, if it may not.

    An order that is still in hand is looked at again a day later.
    """
    now = shop.clock.now()
    until = keep_until(order_from(item), shop.settings.retention_years)
    if until is None:
        return now + writes.LOOK_AGAIN_AFTER
    if until > now:
        return until
    _blank(item, shop.table)
    for page in query_pages(shop.table, Query(order_partition(item["orderId"]), consistent=True)):
        for each in page:
            _blank(each, shop.table)
    return None


def _blank(item: Item, table: Table) -> None:
    """Empty what the item's kind says; nothing is written where that is empty already."""
    update = writes.blank_item(item, privacy_of(find_kind(item)).blanked)
    if update is None:
        return
    with suppress(ConditionFailed):  # removed meanwhile
        table.write(update)
