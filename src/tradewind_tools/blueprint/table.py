"""The one table of the shop, and the kinds of items in it, which docs/reference/table.md lists."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import tradewind
from tradewind.aws.table import ItemKind
from tradewind.kernel.privacy import Erasure, Privacy
from tradewind.privacy.kinds import EVENT


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Partition and sort key, both strings."""

    partition: str
    sort: str


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index with all attributes."""

    name: str
    key: KeyPair


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """On demand, encrypted, restorable to any second of the last 35 days, streamed with old and new images."""

    key: KeyPair
    indexes: tuple[Index, ...]
    ttl_attribute: str

    @property
    def keys(self) -> tuple[KeyPair, ...]:
        return (self.key, *(index.key for index in self.indexes))


TABLE = TableDefinition(
    key=KeyPair("PK", "SK"),
    indexes=(
        Index("GSI1", KeyPair("GSI1PK", "GSI1SK")),
        Index("GSI2", KeyPair("GSI2PK", "GSI2SK")),
    ),
    ttl_attribute="expiresAt",
)


def _list_items() -> Iterator[ItemKind]:
    """The kinds of items that services list in their modules `reads`."""
    for package in pkgutil.iter_modules(tradewind.__path__):
        reads = f"tradewind.{package.name}.reads"
        if package.ispkg and find_spec(reads):
            yield from getattr(import_module(reads), "ITEMS", ())


ITEMS = (
    *_list_items(),
    EVENT,
    ItemKind(
        "Idempotency record",
        "IDEMPOTENCY#<caller>#<key>",
        "REQUEST",
        note="TTL 24 hours",
        privacy=Privacy(Erasure.EXPIRE, withheld="an answer that was given before"),
    ),
)
