"""The one table: reads and writes as data, and the gateway that performs them through pydynox's Rust core.

The core is loaded without the package's `__init__`, which would bring asyncio and an ORM: that is most of its start-up
time. `tests/unit/aws/test_table_core.py` holds the signatures that are used here.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import msgspec

from tradewind.aws.conditions import (
    Absent,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    Conditions,
    Equals,
    Expression,
    OneOf,
    Present,
)
from tradewind.kernel.clock import Clock
from tradewind.kernel.errors import Unavailable

__all__ = [
    "Absent",
    "AnyOf",
    "AtLeast",
    "AtMost",
    "Check",
    "Condition",
    "ConditionFailed",
    "Conditions",
    "Delete",
    "DynamoTable",
    "Equals",
    "Item",
    "ItemKind",
    "Key",
    "OneOf",
    "Present",
    "Put",
    "Query",
    "QueryResult",
    "Table",
    "TableBusy",
    "Update",
    "Write",
    "query_all",
    "query_pages",
]

R = TypeVar("R")

Item: TypeAlias = dict[str, Any]

MAX_TRANSACTION_WRITES = 100
"""DynamoDB: actions in one TransactWriteItems."""

_BATCH_GET_KEYS = 100
_CONFLICT_ATTEMPTS = 8
_CONFLICT_BASE_SECONDS = 0.02
_MAX_RETRIES = 2
_CONNECT_TIMEOUT_SECONDS = 2.0
_READ_TIMEOUT_SECONDS = 5.0
_IN_A_TRANSACTION = "Transaction is ongoing"
_KEYS_LEFT_OUT = "keys after"
"""Words of DynamoDB and of the core: nothing else distinguishes a conflict or an unfinished batch."""


class Key(NamedTuple):
    pk: str
    sk: str


class ItemKind(NamedTuple):
    """A kind of item and its keys, with `<…>` for what varies; each service lists its own beside its reads."""

    name: str
    partition: str
    sort: str
    gsi1: str = ""
    gsi2: str = ""
    note: str = ""


class Put(msgspec.Struct, frozen=True):
    """Write the whole item, `PK` and `SK` among its attributes."""

    item: Item
    when: Conditions = ()

    @property
    def key(self) -> Key:
        return Key(self.item["PK"], self.item["SK"])


class Update(msgspec.Struct, frozen=True):
    """Change some attributes; `add` counts from 0 where the attribute is absent; `set_once` keeps what is there."""

    key: Key
    set: Item = {}
    add: dict[str, int] = {}
    set_once: Item = {}
    remove: tuple[str, ...] = ()
    when: Conditions = ()


class Delete(msgspec.Struct, frozen=True):
    key: Key
    when: Conditions = ()


class Check(msgspec.Struct, frozen=True):
    """In a transaction only: nothing is written, but everything fails unless `when` holds."""

    key: Key
    when: Conditions


Write: TypeAlias = Put | Update | Delete | Check


class Query(msgspec.Struct, frozen=True):
    """The items of one partition, all or those whose sort key begins with `begins` or lies `between` two bounds.

    Both bounds belong to the range, and `begins` is not looked at beside them. `where` filters what was read, so that
    a page may be shorter than `limit`; `start` is the `last` of the page before.
    """

    pk: str
    begins: str = ""
    between: tuple[str, str] | None = None
    index: str | None = None
    descending: bool = False
    limit: int | None = None
    start: Item | None = None
    where: Conditions = ()
    consistent: bool = False


class QueryResult(msgspec.Struct, frozen=True):
    """`last` is where the next page begins; None when nothing follows. A page cut by its limit always has one."""

    items: list[Item]
    last: Item | None


class ConditionFailed(Exception):
    """The state was not what the write expected; `positions` are those of the failed writes in the transaction."""

    def __init__(self, positions: tuple[int, ...] = (0,)) -> None:
        super().__init__(f"the condition of write {', '.join(map(str, positions))} does not hold")
        self.positions = positions


class TableBusy(Unavailable):
    """Too many are changing the same things at once; nothing was changed."""


class Table(Protocol):
    """The table as the shop uses it. Reads are eventually consistent unless `consistent` is set.

    Any of them raises TableBusy when DynamoDB goes on refusing for lack of capacity.
    """

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        """One item, or None."""
        ...

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        """Those of the items that exist: one round trip per hundred keys."""
        ...

    def query(self, query: Query) -> QueryResult:
        """One page: at most 1 MB or `limit` items."""
        ...

    def write(self, write: Put | Update | Delete) -> Item | None:
        """One write. Returns the item after an Update. Raises ConditionFailed, or TableBusy as `transact` does."""
        ...

    def transact(self, writes: Sequence[Write]) -> None:
        """All of the writes, or none. Raises ConditionFailed, or TableBusy after some attempts at a conflict."""
        ...


def query_all(table: Table, query: Query) -> list[Item]:
    """Every page of a query whose result is known to be bounded."""
    return [item for page in query_pages(table, query) for item in page]


def query_pages(table: Table, query: Query) -> Iterator[list[Item]]:
    """The items page by page, each read only when it is asked for."""
    page = table.query(query)
    yield page.items
    while page.last is not None:
        page = table.query(msgspec.structs.replace(query, start=page.last))
        yield page.items


class DynamoTable:
    """The production table. One client per process; DynamoDB's own address comes from AWS_ENDPOINT_URL if set."""

    def __init__(self, name: str, clock: Clock, endpoint_url: str | None = None) -> None:
        self.name = name
        self._clock = clock
        self._core = _load_core()
        self._client = self._core.DynamoDBClient(
            region=os.environ.get("AWS_REGION", "us-east-1"),
            endpoint_url=endpoint_url or os.environ.get("AWS_ENDPOINT_URL"),
            connect_timeout=_CONNECT_TIMEOUT_SECONDS,
            read_timeout=_READ_TIMEOUT_SECONDS,
            max_retries=_MAX_RETRIES,
        )

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        item: Item | None
        item, _ = self._ask(self._client.sync_get_item, self.name, _key(key), consistent_read=consistent)
        return item

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = [_key(key) for key in dict.fromkeys(keys)]
        found: list[Item] = []
        for start in range(0, len(wanted), _BATCH_GET_KEYS):
            batch = wanted[start : start + _BATCH_GET_KEYS]
            found += self._ask(self._client.sync_batch_get, self.name, batch, consistent)
        return {Key(item["PK"], item["SK"]): item for item in found}

    def query(self, query: Query) -> QueryResult:
        expression = Expression()
        key_condition = _key_condition(query, expression)
        where = expression.all_of(query.where)
        items, last, _ = self._ask(
            self._client.sync_query_page,
            self.name,
            key_condition,
            filter_expression=where or None,
            expression_attribute_names=expression.names,
            expression_attribute_values=expression.values,
            limit=query.limit,
            exclusive_start_key=query.start,
            scan_index_forward=not query.descending,
            index_name=query.index,
            consistent_read=query.consistent,
        )
        return QueryResult(items, last)

    def write(self, write: Put | Update | Delete) -> Item | None:
        return self._until_settled(lambda: self._write(write))

    def transact(self, writes: Sequence[Write]) -> None:
        operations = [_operation(write, self.name) for write in writes]
        self._until_settled(lambda: self._transact(operations))

    def _write(self, write: Put | Update | Delete) -> Item | None:
        operation = _operation(write, self.name)
        kind = operation.pop("type")
        try:
            if kind == "update":
                item: Item
                item, _ = self._ask(self._client.sync_update_item, **operation, return_values="ALL_NEW")
                return item
            self._ask(self._client.sync_put_item if kind == "put" else self._client.sync_delete_item, **operation)
        except self._core.ConditionalCheckFailedException as error:
            raise ConditionFailed from error
        return None

    def _transact(self, operations: list[Item]) -> None:
        try:
            self._ask(self._client.sync_transact_write, operations)
        except self._core.TransactionCanceledException as error:
            _raise_if_no_fault(error)
            raise

    def _ask(self, request: Callable[..., Any], *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - the core has no types
        try:
            return request(*arguments, **options)
        except self._core.ProvisionedThroughputExceededException as error:
            raise _busy() from error
        except self._core.PydynoxException as error:
            if _IN_A_TRANSACTION in str(error):
                raise _Conflict from error
            if _KEYS_LEFT_OUT in str(error):
                raise _busy() from error
            raise

    def _until_settled(self, attempt: Callable[[], R]) -> R:
        """The result of `attempt` once no other transaction is changing the same items."""
        for number in range(_CONFLICT_ATTEMPTS):
            try:
                return attempt()
            except _Conflict:
                self._pause(number)
        raise _busy()

    def _pause(self, attempt: int) -> None:
        from tradewind.kernel.backoff import pause_seconds  # noqa: PLC0415 - conflicts are rare

        self._clock.sleep(pause_seconds(attempt, _CONFLICT_BASE_SECONDS, self._clock))


class _Conflict(Exception):
    """Another transaction is changing the same items just now."""


def _busy() -> TableBusy:
    return TableBusy("Too many are changing the same things just now. Please try again.", retry_after_seconds=1)


def _raise_if_no_fault(cancelled: Exception) -> None:
    """A failed condition is an answer; a conflict or throttling is a reason to try again."""
    listed = re.search(r"\[(.*)\]", str(cancelled))
    codes = [code.strip() for code in listed.group(1).split(",")] if listed else []
    failed = tuple(position for position, code in enumerate(codes) if code == "ConditionalCheckFailed")
    if failed:
        raise ConditionFailed(failed) from cancelled
    if not {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}.isdisjoint(codes):
        raise _Conflict from cancelled


def _key(key: Key) -> Item:
    return {"PK": key.pk, "SK": key.sk}


def _key_condition(query: Query, expression: Expression) -> str:
    pk, sk = (f"{query.index}PK", f"{query.index}SK") if query.index else ("PK", "SK")
    condition = f"{expression.name(pk)} = {expression.value(query.pk)}"
    if query.between:
        low, high = query.between
        return f"{condition} AND {expression.name(sk)} BETWEEN {expression.value(low)} AND {expression.value(high)}"
    if query.begins:
        return f"{condition} AND begins_with({expression.name(sk)}, {expression.value(query.begins)})"
    return condition


def _operation(write: Write, table: str) -> Item:
    expression = Expression()
    match write:
        case Put(item, when):
            operation: Item = {"type": "put", "item": item}
        case Update(key, _, _, _, _, when):
            operation = {"type": "update", "key": _key(key), "update_expression": _changes(write, expression)}
        case Delete(key, when):
            operation = {"type": "delete", "key": _key(key)}
        case Check(key, when):
            operation = {"type": "condition_check", "key": _key(key)}
    condition = expression.all_of(when)
    if condition:
        operation["condition_expression"] = condition
    if expression.names:
        operation["expression_attribute_names"] = expression.names
    if expression.values:
        operation["expression_attribute_values"] = expression.values
    return {**operation, "table": table}


def _changes(update: Update, expression: Expression) -> str:
    def value_of(attribute: str, value: Any) -> str:  # noqa: ANN401 - whatever an attribute can hold
        return f"{expression.name(attribute)} = {expression.value(value)}"

    def if_absent(attribute: str, value: Any) -> str:  # noqa: ANN401
        name = expression.name(attribute)
        return f"{name} = if_not_exists({name}, {expression.value(value)})"

    clauses = {
        "SET": [value_of(*pair) for pair in update.set.items()]
        + [if_absent(*pair) for pair in update.set_once.items()],
        "ADD": [f"{expression.name(attribute)} {expression.value(count)}" for attribute, count in update.add.items()],
        "REMOVE": [expression.name(attribute) for attribute in update.remove],
    }
    return " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)


def _load_core() -> Any:  # noqa: ANN401 - a compiled module without types
    if "pydynox" not in sys.modules:
        spec = PathFinder.find_spec("pydynox")
        if spec is None:
            raise ModuleNotFoundError("pydynox is not installed: pip install -r requirements/runtime.txt")
        package = ModuleType("pydynox")
        package.__path__ = list(spec.submodule_search_locations or ())
        sys.modules["pydynox"] = package
    from pydynox import pydynox_core  # noqa: PLC0415 - only now is the package's own __init__ out of the way

    return pydynox_core
