from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from tests.unit.blueprint.trading_day import TradingDay

from tradewind.aws.table import Item, ItemKind
from tradewind.kernel.privacy import NOT_PERSONAL, Erasure
from tradewind.privacy.kinds import EVENT
from tradewind_tools.blueprint.table import ITEMS, TABLE
from tradewind_tools.memory.table import INDEXES, MemoryTable

PEOPLE = ("USER#", "EMAIL#", "ADDRESS#", "IDEMPOTENCY#")
"""The partitions that are named after a person, or after what a person uses."""
SELDOM = {"Session: device", "Preferences: remindersSince", "Order: reference"}
"""Attributes that no item of the day has."""
MANY = 5


@pytest.fixture(scope="module")
def items(day: TradingDay) -> list[Item]:
    """Every item that was written during the day, in each of its versions."""
    assert isinstance(day.shop.table, MemoryTable)
    return [change.new_image for change in day.shop.table.stream if change.new_image]


def test_every_item_of_the_day_is_listed_with_all_its_keys(items: list[Item]) -> None:
    assert items
    assert {keys_of(item) for item in items if not any(describes(kind, item) for kind in ITEMS)} == set()


def test_every_listed_item_is_written_during_the_day(items: list[Item]) -> None:
    assert [kind.name for kind in ITEMS if not any(describes(kind, item) for item in items)] == []


def test_memory_table_has_the_same_indexes() -> None:
    assert tuple(index.name for index in TABLE.indexes) == INDEXES


@pytest.mark.parametrize("kind", ITEMS, ids=lambda kind: kind.name)
def test_every_kind_says_what_becomes_of_its_personal_data(kind: ItemKind) -> None:
    assert kind.privacy is not None, "say it in its ItemKind: privacy=…, as tradewind.kernel.privacy has it"


@pytest.mark.parametrize(
    "kind", [kind for kind in ITEMS if kind.partition.startswith(PEOPLE)], ids=lambda kind: kind.name
)
def test_what_stands_under_a_person_is_exported_or_says_why_not(kind: ItemKind) -> None:
    assert kind.privacy
    assert bool(kind.privacy.exported) != bool(kind.privacy.withheld)
    assert kind.privacy.erasure is not Erasure.KEEP


def test_what_is_emptied_later_is_named() -> None:
    emptied = {Erasure.ANONYMISE, Erasure.LOCK}
    assert [
        kind.name for kind in ITEMS if kind.privacy and (kind.privacy.erasure in emptied) != bool(kind.privacy.blanked)
    ] == []


def test_attributes_that_are_exported_or_emptied_exist(items: list[Item]) -> None:
    unknown = {f"{kind.name}: {name}" for kind in ITEMS for name in list_named(kind) - find_attributes(kind, items)}
    assert unknown == SELDOM


def test_nothing_personal_is_in_an_item_that_stays(items: list[Item]) -> None:
    """What people of the day gave of themselves is looked for in every item that no deletion touches."""
    personal = set(list_personal_texts(items))
    assert len(personal) > MANY
    staying = [
        item
        for kind in ITEMS
        if kind is EVENT or (kind.privacy and kind.privacy.erasure is Erasure.KEEP)
        for item in items
        if describes(kind, item)
    ]
    assert {
        (item["PK"], text) for item in staying for text in personal if text in json.dumps(item, default=str)
    } == set()


def test_of_who_was_deleted_nothing_is_left_that_was_to_go(day: TradingDay) -> None:
    """Whatever partition it stood in: an account is deleted during the day, and years pass."""
    assert isinstance(day.shop.table, MemoryTable)
    left = list(day.shop.table.all_items())
    (user_id,) = [item["userId"] for item in left if item["SK"] == "DELETION" and item["erasedAt"]]
    to_go = [kind for kind in ITEMS if kind.privacy and kind.privacy.erasure is Erasure.REMOVE]
    about = [item for item in left if user_id in json.dumps(item, default=str)]
    assert about
    assert [keys_of(item) for item in about for kind in to_go if describes(kind, item)] == []
    assert [keys_of(item) for item in left if "leaving@example.com" in json.dumps(item, default=str)] == []


def list_named(kind: ItemKind) -> set[str]:
    privacy = kind.privacy or NOT_PERSONAL
    return {name.partition(".")[0] for name in (*privacy.exported, *privacy.blanked)}


def find_attributes(kind: ItemKind, items: list[Item]) -> set[str]:
    return {name for item in items if describes(kind, item) for name in item}


def list_personal_texts(items: list[Item]) -> Iterator[str]:
    for item in items:
        yield from (
            item[name] for name in ("email", "firstName", "lastName", "phone", "passwordHash") if item.get(name)
        )
        address = item.get("shippingAddress", {})
        yield from (text for name, text in address.items() if text and name != "country")


def describes(kind: ItemKind, item: Item) -> bool:
    listed = (kind.partition, kind.sort, *(f"{kind.gsi1} / ".split(" / ")[:2]), *(f"{kind.gsi2} / ".split(" / ")[:2]))
    return all(re.fullmatch(_pattern(key), value) for key, value in zip(listed, keys_of(item), strict=True) if value)


def keys_of(item: Item) -> tuple[str, ...]:
    """The keys in the table, in GSI1 and in GSI2; empty where the item is in no index."""
    return tuple(item.get(name, "") for name in ("PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"))


def _pattern(key: str) -> str:
    return re.sub(r"<[^>]+>", ".+", key)
