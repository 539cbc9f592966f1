"""The kinds of items in which the data of a person stands, and which of them an item is of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tradewind.audit.public_items import ITEMS as AUDIT
from tradewind.aws.events import PREFIX
from tradewind.aws.table import Item, ItemKind
from tradewind.cart.public_items import ITEMS as CART
from tradewind.identity.public_items import ITEMS as IDENTITY
from tradewind.inventory.public_items import ITEMS as INVENTORY
from tradewind.kernel.privacy import Erasure, Privacy
from tradewind.notifications.public_items import ITEMS as NOTIFICATIONS
from tradewind.ordering.public_items import ITEMS as ORDERING
from tradewind.payments.public_items import ITEMS as PAYMENTS
from tradewind.privacy.reads import ITEMS as OWN

EVENT: Final = ItemKind(
    "Domain event",
    "<the aggregate's partition>",
    f"{PREFIX}<ulid>",
    note="the stream forwards exactly these; TTL 35 days for carts and accounts",
    privacy=Privacy(Erasure.LOCK, withheld="ids and amounts of what is exported", blanked=("data.reason",)),
)
_OF_ACCOUNT: Final = "#<userId>"
_MAIN: Final = f"USER{_OF_ACCOUNT}"
_OTHERS: Final = ("USER#", "EMAIL#", "ORDER#")

KINDS: Final = (
    EVENT,
    *(
        kind
        for kind in (*IDENTITY, *CART, *ORDERING, *PAYMENTS, *INVENTORY, *NOTIFICATIONS, *AUDIT, *OWN)
        if kind.partition.endswith(_OF_ACCOUNT) or kind.partition.startswith(_OTHERS)
    ),
)
"""Those in the partitions of an account, of its addresses, and of its orders."""

_SMALL: Final = tuple(kind for kind in KINDS if kind.partition.endswith(_OF_ACCOUNT) and kind.partition != _MAIN)


class UnknownKind(Exception):
    """An item of an account is of no kind that says what becomes of it; neither part of its key is told."""


def list_small_partitions(user_id: str) -> list[str]:
    """The partitions of an account beside its main one, each of a few items."""
    return _partitions(_SMALL, user_id)


def list_exported_partitions(user_id: str) -> list[str]:
    """Those among them of which an export shows something: whoever writes one has no business in the others."""
    return _partitions((kind for kind in _SMALL if kind.privacy and kind.privacy.exported), user_id)


def _partitions(kinds: Iterable[ItemKind], user_id: str) -> list[str]:
    return list(dict.fromkeys(kind.partition.replace("<userId>", user_id) for kind in kinds))


def find_kind(item: Item) -> ItemKind:
    """Raises UnknownKind."""
    for kind in KINDS:
        if _is_of(kind, item):
            return kind
    raise UnknownKind


def privacy_of(kind: ItemKind) -> Privacy:
    """Raises UnknownKind for a kind that does not say what becomes of its personal data."""
    if kind.privacy is None:
        raise UnknownKind
    return kind.privacy


def _is_of(kind: ItemKind, item: Item) -> bool:
    return _matches(kind.partition, item["PK"]) and _matches(kind.sort, item["SK"])


def _matches(listed: str, key: str) -> bool:
    """Whether a key is as it is listed, with anything in place of what varies."""
    begin, varies, _ = listed.partition("<")
    return key.startswith(begin) if varies else key == listed
