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
from tradewind.aws.trace import trace_call
from tradewind.kernel.clock import Clock
from tradewind.kernel.errors import Unavailable
from tradewind.kernel.privacy import Privacy

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
_ATTEMPTS = 8
_UNANSWERED_ATTEMPTS = 3
_BASE_PAUSE_SECONDS = 0.02
_CONNECT_TIMEOUT_SECONDS = 1.0
_READ_TIMEOUT_SECONDS = 2.0
"""Three attempts without an answer end before a function's ten seconds do."""

_TOKEN_BYTES = 16
_OPERATIONS = {
    "sync_get_item": "GetItem",
    "sync_batch_get": "BatchGetItem",
    "sync_query_page": "Query",
    "sync_put_item": "PutItem",
    "sync_update_item": "UpdateItem",
    "sync_delete_item": "DeleteItem",
    "sync_transact_write": "TransactWriteItems",
}
"""DynamoDB's names of what the core is asked for, as a trace shows them."""
_IN_A_TRANSACTION = "Transaction is ongoing"
_KEYS_LEFT_OUT = "keys after"
_NEVER_SENT = "Failed to build request"
"""Words of DynamoDB and of the core: nothing else distinguishes these errors from the others."""


class Key(NamedTuple):
    pk: str
    sk: str


class ItemKind(NamedTuple):
    """A kind of item and its keys, with `<…>` for what varies; each service lists its own beside its reads.

    `privacy` says what becomes of its personal data; a test fails for a kind that does not say.
    """

    name: str
    partition: str
    sort: str
    gsi1: str = ""
    gsi2: str = ""
    note: str = ""
    privacy: Privacy | None = None


class Put(msgspec.Struct, frozen=True):
    """Write the whole item, `PK` and `SK` among its attributes."""

    item: Item
    when: Conditions = ()

    @property
    def key(self) -> Key:
        return Key(self.item["PK"], self.item["SK"])


class Update(msgspec.Struct, frozen=True):
    """Change some attributes; `add` counts from 0 where the attribute is absent; `set_once` keeps what is there.

    A write `at_most_once` is not repeated when its answer is lost, since a repetition would count again: TableBusy then
    leaves open whether it was carried out.
    """

    key: Key
    set: Item = {}
    add: dict[str, int] = {}
    set_once: Item = {}
    remove: tuple[str, ...] = ()
    when: Conditions = ()
    at_most_once: bool = False


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
    """DynamoDB is too busy, or does not answer just now: trying again is safe."""


class Table(Protocol):
    """The table as the shop uses it. Reads are eventually consistent unless `consistent` is set.

    Any of them raises TableBusy when DynamoDB goes on refusing for lack of capacity, or does not answer.
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
            max_retries=0,  # repeated here, where it is known what a lost answer means
        )

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        item: Item | None
        item, _ = self._read(self._client.sync_get_item, self.name, _key(key), consistent_read=consistent)
        return item

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = [_key(key) for key in dict.fromkeys(keys)]
        found: list[Item] = []
        for start in range(0, len(wanted), _BATCH_GET_KEYS):
            batch = wanted[start : start + _BATCH_GET_KEYS]
            found += self._read(self._client.sync_batch_get, self.name, batch, consistent)
        return {Key(item["PK"], item["SK"]): item for item in found}

    def query(self, query: Query) -> QueryResult:
        expression = Expression()
        key_condition = _key_condition(query, expression)
        where = expression.all_of(query.where)
        items, last, _ = self._read(
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
        unanswered = 1 if isinstance(write, Update) and write.at_most_once else _UNANSWERED_ATTEMPTS
        return self._repeat(lambda may_be_done: self._write(write, may_be_done=may_be_done), unanswered)

    def transact(self, writes: Sequence[Write]) -> None:
        """A repetition carries the same token, so that DynamoDB does the work once (ClientRequestToken)."""
        operations = [_operation(write, self.name) for write in writes]
        token = self._clock.entropy(_TOKEN_BYTES).hex()
        self._repeat(lambda _: self._transact(operations, token))

    def _write(self, write: Put | Update | Delete, *, may_be_done: bool) -> Item | None:
        operation = _operation(write, self.name)
        kind = operation.pop("type")
        try:
            if kind == "update":
                item: Item
                item, _ = self._ask(self._client.sync_update_item, **operation, return_values="ALL_NEW")
                return item
            self._ask(self._client.sync_put_item if kind == "put" else self._client.sync_delete_item, **operation)
        except self._core.ConditionalCheckFailedException as error:
            if may_be_done:
                found = self.get(write.key, consistent=True)
                if is_done(write, found):  # by an attempt of ours whose answer was lost
                    return found
            raise ConditionFailed from error
        return None

    def _transact(self, operations: list[Item], token: str) -> None:
        try:
            self._ask(self._client.sync_transact_write, operations, client_request_token=token)
        except self._core.TransactionCanceledException as error:
            _raise_if_no_fault(error)
            raise

    def _read(self, request: Callable[..., Any], *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - the core has no types
        return self._repeat(lambda _: self._ask(request, *arguments, **options))

    def _ask(self, request: Callable[..., Any], *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - likewise
        """Raises _Refused, _Unanswered, or the core's exception for everything that a repetition does not mend."""
        try:
            return trace_call("DynamoDB", _OPERATIONS[request.__name__], lambda: request(*arguments, **options))
        except self._core.ProvisionedThroughputExceededException as error:
            raise _Refused from error
        except self._core.ConnectionException as error:
            raise _Unanswered from error
        except self._core.PydynoxException as error:
            if _IN_A_TRANSACTION in str(error) or _KEYS_LEFT_OUT in str(error):
                raise _Refused from error
            if type(error) is self._core.PydynoxException and _NEVER_SENT not in str(error):
                raise _Unanswered from error  # InternalServerError, ServiceUnavailable, TransactionInProgress
            raise

    def _repeat(self, attempt: Callable[[bool], R], unanswered_attempts: int = _UNANSWERED_ATTEMPTS) -> R:
        """The first answer to `attempt`, which is told whether an attempt before may have been carried out."""
        unanswered = 0
        for number in range(_ATTEMPTS):
            try:
                return attempt(unanswered > 0)
            except _Refused:
                self._pause(number)
            except _Unanswered:
                unanswered += 1
                if unanswered == unanswered_attempts:
                    break
                self._pause(number)
        raise _busy()

    def _pause(self, attempt: int) -> None:
        from tradewind.kernel.backoff import pause_seconds  # noqa: PLC0415 - repetitions are rare

        self._clock.sleep(pause_seconds(attempt, _BASE_PAUSE_SECONDS, self._clock))


class _Refused(Exception):
    """Nothing was done: another transaction is changing the same items, or there is too little capacity just now."""


class _Unanswered(Exception):
    """The request was lost, or its answer: it may have been carried out."""


def _busy() -> TableBusy:
    return TableBusy("Too many are changing the same things just now. Please try again.", retry_after_seconds=1)


def is_done(write: Put | Update | Delete, found: Item | None) -> bool:
    """Whether the item is as `write` leaves it."""
    match write:
        case Put(item):
            return found == item
        case Update():
            is_set = found is not None and all(found.get(name) == value for name, value in write.set.items())
            return is_set and found is not None and found.keys().isdisjoint(write.remove)
        case Delete():
            return found is None


def _raise_if_no_fault(cancelled: Exception) -> None:
    """A failed condition is an answer; a conflict or throttling is a reason to try again."""
    listed = re.search(r"\[(.*)\]", str(cancelled))
    codes = [code.strip() for code in listed.group(1).split(",")] if listed else []
    failed = tuple(position for position, code in enumerate(codes) if code == "ConditionalCheckFailed")
    if failed:
        raise ConditionFailed(failed) from cancelled
    if not {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}.isdisjoint(codes):
        raise _Refused from cancelled


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
        case Update(key, _, _, _, _, when, _):
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
