"""What the shop's people change is recorded in the transaction that changes it: who, what, where from, before, after.

The frame around every operation gives a handler that acts for one of them an `AuditedTable` in place of the table, so
a new operation is recorded without a line of its own. An act of customers passes no such table and costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tradewind.aws.events import PREFIX as EVENT
from tradewind.aws.table import (
    MAX_TRANSACTION_WRITES,
    Check,
    Delete,
    Item,
    Key,
    Put,
    Query,
    QueryResult,
    Table,
    Update,
    Write,
)
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import Clock, epoch_seconds, ulid
from tradewind.kernel.partitions import shard_of
from tradewind.kernel.variant_ids import product_of

KEPT_FOR: Final = timedelta(days=730)
SHARDS: Final = 4
MAX_CHANGES: Final = 10
"""So many of an act's changes are recorded with what was before and after; the others are counted."""

_IMAGE_BYTES = 32_768
"""A larger image is recorded by the names of its attributes."""
_BOOKKEEPING = (EVENT, "IDEMPOTENCY#", "LISTED#", "HISTORY#")
_SECRET_WORDS = ("hash", "password", "salt", "secret", "token")
_FREE_TEXT = ("reason",)
_KEYS = ("PK", "SK", "GSI")


class Act(msgspec.Struct, frozen=True, rename="camel"):
    """One act of one of the shop's people; `thing` is what it is about: `product:tide-mug`, or empty until known.

    `operation` is the route, such as `PUT /products/{productId}`, `address` the caller's, as limits count it.
    """

    actor_id: str
    role: Role
    operation: str
    thing: str
    address: str
    correlation_id: str


class AuditedTable:
    """The table as a handler sees it who acts for one of the shop's people.

    What it has read is remembered: that is what the handler decided on, and what an act is recorded to have replaced.
    """

    def __init__(self, table: Table, act: Act, clock: Clock) -> None:
        self._table = table
        self._act = act
        self._clock = clock
        self._seen: dict[Key, Item] = {}

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        item = self._table.get(key, consistent=consistent)
        self._remember([item] if item else [])
        return item

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        found = self._table.get_many(keys, consistent=consistent)
        self._remember(found.values())
        return found

    def query(self, query: Query) -> QueryResult:
        result = self._table.query(query)
        if query.index is None:
            self._remember(result.items)
        return result

    def write(self, write: Put | Update | Delete) -> Item | None:
        """As a transaction of one write and its record; the item after an Update is read."""
        if _is_bookkeeping(write.key):
            return self._table.write(write)
        self.transact([write])
        return self._table.get(write.key, consistent=True) if isinstance(write, Update) else None

    def transact(self, writes: Sequence[Write]) -> None:
        """The writes and their record, or nothing; where one transaction does not hold both, the record goes first."""
        changes = [write for write in writes if not isinstance(write, Check) and not _is_bookkeeping(write.key)]
        records = self._record(changes) if changes else []
        if len(writes) + len(records) > MAX_TRANSACTION_WRITES:
            self._table.transact(records)
            records = []
        self._table.transact([*writes, *records])

    def record_beforehand(self) -> None:
        """Record an act whose change is in no table; it may have failed afterwards."""
        self._table.transact(self._record([]))

    def _remember(self, items: Iterable[Item]) -> None:
        self._seen |= {Key(item["PK"], item["SK"]): item for item in items}

    def _record(self, changes: Sequence[Put | Update | Delete]) -> list[Write]:
        act_id, now = ulid(self._clock), self._clock.now()
        recorded = changes[:MAX_CHANGES]
        thing = self._act.thing or next((_thing_of(each.key) for each in changes), "")
        act = msgspec.structs.replace(self._act, thing=thing)
        images = [_image(each, self._seen.get(each.key), act_id, now) for each in recorded]
        left_out = len(changes) - len(recorded)
        return [_entry(act, act_id, now, [each.key for each in images], left_out), *images]


def log_partition(month: str, shard: int) -> str:
    """One shard of the acts of a month, as `2026-11`."""
    return f"AUDITLOG#{month}#{shard}"


def month_of(moment: datetime) -> str:
    return f"{moment:%Y-%m}"


def actor_partition(actor_id: str) -> str:
    """The acts of one person, in GSI1."""
    return f"AUDITACTOR#{actor_id}"


def thing_partition(thing: str) -> str:
    """The acts about one thing, in GSI2."""
    return f"AUDITTHING#{thing}"


def image_partition(partition: str) -> str:
    """What acts have changed in a partition."""
    return f"AUDITED#{partition}"


def name_thing(path_parameters: dict[str, str]) -> str:
    """Name what the path leads to by its last parameter: `{"productId": "tide-mug"}` -> `product:tide-mug`.

    What is done to a variant is done to its product.
    """
    if not path_parameters:
        return ""
    name, value = list(path_parameters.items())[-1]
    if name == "variantId":
        return f"product:{product_of(value)}"
    return f"{name.removesuffix('Id').lower()}:{value}"


def _entry(act: Act, act_id: str, now: datetime, changes: list[Key], left_out: int) -> Put:
    return Put(
        {
            "PK": log_partition(month_of(now), shard_of(act_id, SHARDS)),
            "SK": act_id,
            "GSI1PK": actor_partition(act.actor_id),
            "GSI1SK": act_id,
            **({"GSI2PK": thing_partition(act.thing), "GSI2SK": act_id} if act.thing else {}),
            "actId": act_id,
            "at": msgspec.to_builtins(now),
            **msgspec.to_builtins(act),
            "changes": [[*key] for key in changes],
            "changesLeftOut": left_out,
            "expiresAt": epoch_seconds(now + KEPT_FOR),
        }
    )


def _image(change: Put | Update | Delete, before: Item | None, act_id: str, now: datetime) -> Put:
    """What one write changes: attributes that stay as they are, keys and secrets are left out."""
    after = _apply(change, before)
    old, new = _shown(change.key, before or {}), _shown(change.key, after)
    kept = {name for name in old.keys() & new.keys() if old[name] == new[name]}
    return Put(
        {
            "PK": image_partition(change.key.pk),
            "SK": f"{change.key.sk}#{act_id}",
            "before": _fit({name: value for name, value in old.items() if name not in kept}),
            "after": _fit({name: value for name, value in new.items() if name not in kept}),
            "isKnown": before is not None,
            "expiresAt": epoch_seconds(now + KEPT_FOR),
        }
    )


def _apply(change: Put | Update | Delete, before: Item | None) -> Item:
    """The item afterwards; of one that was not read, only what is written."""
    match change:
        case Put(item):
            return item
        case Delete():
            return {}
        case Update():
            known = before or {}
            counted = {name: known.get(name, 0) + amount for name, amount in change.add.items()} if before else {}
            changed = {**change.set_once, **known, **change.set, **counted}
            return {name: value for name, value in changed.items() if name not in change.remove}


def _shown(key: Key, item: Item) -> dict[str, Any]:
    """Without keys and secrets; beside an order, which stays, also without what somebody wrote of its customer."""
    hidden = _FREE_TEXT if key.pk.startswith("ORDER#") else ()
    return {name: value for name, value in item.items() if name not in hidden and not _is_hidden(name)}


def _is_hidden(name: str) -> bool:
    return name.startswith(_KEYS) or any(word in name.lower() for word in _SECRET_WORDS)


def _fit(image: dict[str, Any]) -> dict[str, Any]:
    size = len(msgspec.json.encode(image))
    return image if size <= _IMAGE_BYTES else {"leftOut": sorted(image)}


def _is_bookkeeping(key: Key) -> bool:
    """Events, idempotency records, stock movements and what only lists an item say nothing that the act does not."""
    return any(part.startswith(_BOOKKEEPING) for part in key)


def _thing_of(key: Key) -> str:
    """Name what an item is about: `USER#…`, `ORDER#01K` -> `order:01K`; `PRODUCT#mug`, … -> `product:mug`."""
    is_of_a_product = key.pk.startswith("PRODUCT#")
    kind, _, name = (key.sk if "#" in key.sk and not is_of_a_product else key.pk).partition("#")
    return f"{kind.lower()}:{name}"
