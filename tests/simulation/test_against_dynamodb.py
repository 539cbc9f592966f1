"""The table in memory against the local cloud's DynamoDB, one random operation after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, TypeAlias

import pytest
from tests.contract.conftest import _dynamodb, dynamodb_url

from tradewind.aws.table import (
    Absent,
    AnyOf,
    AtLeast,
    AtMost,
    Check,
    Condition,
    ConditionFailed,
    Delete,
    Equals,
    Item,
    Key,
    OneOf,
    Present,
    Put,
    Query,
    QueryResult,
    Table,
    Update,
    Write,
)
from tradewind_tools.memory.table import MemoryTable

__all__ = ["dynamodb_url"]

Operation: TypeAlias = Callable[[Table], Any]

SEED = 20_261_121
PARTITIONS = ("A", "B")
SORT_KEYS = ("1", "1#a", "2", "3", "30")
NAMES = ("count", "name", "tags")
VALUES = (0, 1, -3, 7, "x", "y", "", True, None, [1, "x"], {"a": 1}, 2.5)
KEPT_OPERATIONS = 8


def key(random: Random) -> Key:
    return Key(random.choice(PARTITIONS), random.choice(SORT_KEYS))


def value(random: Random) -> Any:  # noqa: ANN401 - whatever an attribute can hold
    return random.choice(VALUES)


def condition(random: Random) -> Condition:
    name = random.choice(NAMES)
    return random.choice(
        (
            Absent(),
            Present(),
            Absent(name),
            Present(name),
            Equals(name, value(random)),
            AtLeast("count", random.randint(-3, 8)),
            AtMost("count", random.randint(-3, 8)),
            AtMost("name", "x"),
            OneOf(name, (value(random), value(random))),
            AnyOf((Absent(name), AtMost("count", 3))),
        )
    )


def conditions(random: Random) -> tuple[Condition, ...]:
    return tuple(condition(random) for _ in range(random.choice((0, 0, 1, 1, 2))))


def item(random: Random) -> Item:
    attributes = {name: value(random) for name in NAMES if random.random() < 0.6}
    indexed = {f"{index}{part}": random.choice("xyz") for index in ("GSI1", "GSI2") for part in ("PK", "SK")}
    chosen = {name: value for name, value in indexed.items() if random.random() < 0.7}
    place = key(random)
    return {"PK": place.pk, "SK": place.sk, **attributes, **chosen}


def update(random: Random) -> Update:
    names = random.sample(NAMES, k=2)
    kind = random.randrange(4)
    changes: dict[str, Any] = (
        {"set": {names[0]: value(random), "GSI1PK": random.choice("xyz"), "GSI1SK": random.choice("xyz")}},
        {"add": {"count": random.randint(-3, 3)}, "set_once": {"name": value(random)}},
        {"remove": (names[0], "GSI2PK")},
        {"set": {names[0]: value(random)}, "remove": (names[1],)},
    )[kind]
    return Update(key(random), **changes, when=conditions(random))


def single(random: Random) -> Put | Update | Delete:
    kind = random.randrange(5)
    if kind < 2:
        return Put(item(random), when=conditions(random))
    return update(random) if kind < 4 else Delete(key(random), when=conditions(random))


def transaction(random: Random) -> list[Write]:
    writes: list[Write] = [single(random) for _ in range(random.randint(1, 4))]
    if random.random() < 0.3:
        writes.append(Check(key(random), when=(condition(random),)))
    return writes


def query(random: Random) -> Query:
    index = random.choice((None, "GSI1", "GSI2"))
    return Query(
        random.choice("xyz") if index else random.choice(PARTITIONS),
        begins=random.choice(("", "1", "3")) if not index else "",
        between=random.choice((None, None, ("1", "2"))) if not index else random.choice((None, ("x", "y"))),
        index=index,
        descending=random.random() < 0.3,
        limit=random.choice((None, 1, 2, 3)),
        where=tuple(each for each in conditions(random) if each not in (Absent(), Present())),
        consistent=index is None,
    )


def operation(random: Random) -> tuple[str, Operation]:
    """What to do, in words and as something to be done to a table."""
    kind = random.random()
    if kind < 0.4:
        write = single(random)
        return repr(write), lambda table: table.write(write)
    if kind < 0.6:
        writes = transaction(random)
        return repr(writes), lambda table: table.transact(writes)
    if kind < 0.75:
        keys = [key(random) for _ in range(3)]
        return repr(keys), lambda table: table.get_many(keys, consistent=True)
    wanted = query(random)
    return repr(wanted), lambda table: _settled(table.query(wanted), wanted)


def _settled(page: QueryResult, wanted: Query) -> Any:  # noqa: ANN401 - what is compared
    """DynamoDB does not say in which order it lists items of an index with equal sort keys."""
    if wanted.index is None:
        return page
    order = f"{wanted.index}SK"
    if wanted.limit is not None:
        return sorted(each[order] for each in page.items)
    return sorted(page.items, key=lambda each: (each[order], each["PK"], each["SK"]))


def answer(table: Table, act: Operation, refusals: tuple[type[Exception], ...]) -> object:
    try:
        return act(table)
    except ConditionFailed as failed:
        return ("condition failed", failed.positions)
    except refusals:
        return "invalid"


def differences(operations: int, real: Table, refusals: tuple[type[Exception], ...]) -> Iterator[str]:
    random, memory = Random(SEED), MemoryTable()
    done: list[str] = []
    for number in range(operations):
        text, act = operation(random)
        done.append(text)
        there, here = answer(real, act, refusals), answer(memory, act, (ValueError, TypeError))
        if there != here:
            yield f"operation {number}: {text}: DynamoDB {there}, memory {here}; before: {done[-KEPT_OPERATIONS:-1]}"
            return


def test_random_operations_have_the_same_answers(request: pytest.FixtureRequest, operations: int) -> None:
    subject = _dynamodb(request.getfixturevalue("dynamodb_url"))
    assert list(differences(operations, subject.table, subject.refusals)) == []
