"""What the gateway does when DynamoDB is busy; `tests/contract/test_table.py` has what it does otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.fakes import FakeClock
from tests.unit.aws.conftest import Answer, ScriptedServer

from tradewind.aws.table import (
    Absent,
    Check,
    ConditionFailed,
    Delete,
    DynamoTable,
    Equals,
    Item,
    Key,
    Present,
    Put,
    Query,
    Table,
    TableBusy,
    Update,
)

KEY = Key("PRODUCT#shirt", "STOCK")
ITEM = {"PK": KEY.pk, "SK": KEY.sk}
ATTEMPTS = 8
UNANSWERED_ATTEMPTS = 3
LOST = Answer(0, None)
"""The connection is closed without an answer."""
ONGOING = "Transaction is ongoing for the item"


class HastyClock(FakeClock):
    """Its dice always say: no pause."""

    def entropy(self, size: int) -> bytes:
        return bytes(size)


@pytest.fixture
def table(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> DynamoTable:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return DynamoTable("tradewind-test", HastyClock(), server.url)


def refusal(name: str, message: str) -> Answer:
    return Answer(400, {"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "message": message})


CONDITION_FAILED = refusal("ConditionalCheckFailedException", "The conditional request failed")


def cancelled(*codes: str) -> Answer:
    """A cancelled transaction, in DynamoDB's own words."""
    reasons = f"[{', '.join(codes)}]"
    words = f"Transaction cancelled, please refer cancellation reasons for specific reasons {reasons}"
    return refusal("TransactionCanceledException", words)


def test_transaction_that_meets_another_is_tried_again(table: Table, server: ScriptedServer) -> None:
    server.answers = [cancelled("None", "TransactionConflict"), cancelled("TransactionConflict", "None")]
    table.transact([Put(ITEM), Delete(Key("A", "1"))])
    assert len(server.requests) == 3


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_transaction_gives_up_after_some_attempts(table: Table, server: ScriptedServer, code: str) -> None:
    server.answers = [cancelled(code)] * (ATTEMPTS + 1)
    with pytest.raises(TableBusy) as busy:
        table.transact([Put(ITEM)])
    assert len(server.requests) == ATTEMPTS
    assert busy.value.retry_after_seconds == 1


def test_failed_condition_is_an_answer_even_beside_a_conflict(table: Table, server: ScriptedServer) -> None:
    server.answers = [cancelled("TransactionConflict", "None", "ConditionalCheckFailed")]
    with pytest.raises(ConditionFailed) as failure:
        table.transact([Put(ITEM), Delete(Key("A", "1")), Check(Key("A", "2"), (Present(),))])
    assert failure.value.positions == (2,)
    assert len(server.requests) == 1


def test_transaction_refused_as_invalid_is_a_fault_and_not_tried_again(table: Table, server: ScriptedServer) -> None:
    server.answers = [cancelled("ValidationError")]
    with pytest.raises(Exception, match="ValidationError"):
        table.transact([Put(ITEM)])
    assert len(server.requests) == 1


@pytest.mark.parametrize("write", [Put(ITEM), Update(KEY, {"a": 1}), Delete(KEY)], ids=["put", "update", "delete"])
def test_write_that_meets_a_transaction_is_tried_again(
    table: Table, server: ScriptedServer, write: Put | Update | Delete
) -> None:
    server.answers = [refusal("TransactionConflictException", ONGOING)] * 2
    table.write(write)
    assert len(server.requests) == 3


def test_write_gives_up_after_some_attempts(table: Table, server: ScriptedServer) -> None:
    server.answers = [refusal("TransactionConflictException", ONGOING)] * (ATTEMPTS + 1)
    with pytest.raises(TableBusy):
        table.write(Put(ITEM))
    assert len(server.requests) == ATTEMPTS


REQUESTS: list[Callable[[Table], object]] = [
    lambda table: table.get(KEY),
    lambda table: table.get_many([KEY]),
    lambda table: table.query(Query("A")),
    lambda table: table.write(Put(ITEM)),
    lambda table: table.transact([Put(ITEM)]),
]
REQUEST_NAMES = ["get", "get many", "query", "write", "transact"]


@pytest.mark.parametrize("request_of", REQUESTS, ids=REQUEST_NAMES)
def test_throttled_table_is_busy(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, request_of: Callable[[Table], object]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    server.answers = [refusal("ProvisionedThroughputExceededException", "slow down")] * ATTEMPTS
    with pytest.raises(TableBusy):
        request_of(DynamoTable("tradewind-test", HastyClock(), server.url))
    assert len(server.requests) == ATTEMPTS


INTERNAL = Answer(500, {"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError", "message": "oh"})
UNAVAILABLE = Answer(503, {"__type": "com.amazonaws.dynamodb.v20120810#ServiceUnavailable", "message": "oh"})
IN_PROGRESS = refusal("TransactionInProgressException", "The transaction with the given request token is in progress")


@pytest.mark.parametrize("answer", [INTERNAL, UNAVAILABLE, IN_PROGRESS], ids=["500", "503", "in progress"])
@pytest.mark.parametrize("request_of", REQUESTS, ids=REQUEST_NAMES)
def test_fault_of_dynamodb_is_repeated_and_then_busy(
    table: Table, server: ScriptedServer, answer: Answer, request_of: Callable[[Table], object]
) -> None:
    server.answers = [answer] * UNANSWERED_ATTEMPTS
    with pytest.raises(TableBusy):
        request_of(table)
    assert len(server.requests) == UNANSWERED_ATTEMPTS


@pytest.mark.parametrize("request_of", REQUESTS, ids=REQUEST_NAMES)
def test_lost_connection_is_opened_again(
    table: Table, server: ScriptedServer, request_of: Callable[[Table], object]
) -> None:
    server.answers = [LOST]
    request_of(table)
    assert len(server.requests) == 2


def wire(item: Item) -> dict[str, Any]:
    """An item as DynamoDB sends it."""
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in item.items()}


@pytest.mark.parametrize(
    ("write", "found"),
    [
        (Put({**ITEM, "a": 1}, when=(Absent(),)), {**ITEM, "a": 1}),
        (Update(KEY, {"a": 1}, remove=("b",), when=(Equals("a", 0),)), {**ITEM, "a": 1, "c": 2}),
        (Delete(KEY, when=(Present(),)), None),
    ],
    ids=["put", "update", "delete"],
)
def test_conditional_write_whose_answer_was_lost_succeeds_when_it_meets_itself(
    table: Table, server: ScriptedServer, write: Put | Update | Delete, found: Item | None
) -> None:
    server.answers = [LOST, CONDITION_FAILED, Answer(200, {"Item": wire(found)} if found else {})]
    assert table.write(write) == found


@pytest.mark.parametrize(
    ("write", "found"),
    [
        (Put({**ITEM, "a": 1}, when=(Absent(),)), {**ITEM, "a": 2}),
        (Update(KEY, {"a": 1}, remove=("b",), when=(Equals("a", 0),)), {**ITEM, "a": 1, "b": 2}),
        (Update(KEY, {"a": 1}, when=(Equals("a", 0),)), None),
        (Delete(KEY, when=(Present(),)), ITEM),
    ],
    ids=["put", "update", "update of nothing", "delete"],
)
def test_conditional_write_whose_answer_was_lost_fails_when_it_meets_another(
    table: Table, server: ScriptedServer, write: Put | Update | Delete, found: Item | None
) -> None:
    server.answers = [LOST, CONDITION_FAILED, Answer(200, {"Item": wire(found)} if found else {})]
    with pytest.raises(ConditionFailed):
        table.write(write)


def test_write_at_most_once_is_not_repeated_when_its_answer_was_lost(table: Table, server: ScriptedServer) -> None:
    server.answers = [LOST]
    with pytest.raises(TableBusy):
        table.write(Update(KEY, add={"count": 1}, at_most_once=True))
    assert len(server.requests) == 1


def test_write_at_most_once_is_repeated_when_it_was_refused(table: Table, server: ScriptedServer) -> None:
    server.answers = [refusal("ThrottlingException", "Rate exceeded")]
    table.write(Update(KEY, add={"count": 1}, at_most_once=True))
    assert len(server.requests) == 2


def test_failed_condition_without_a_lost_answer_is_not_looked_into(table: Table, server: ScriptedServer) -> None:
    server.answers = [CONDITION_FAILED]
    with pytest.raises(ConditionFailed):
        table.write(Put(ITEM, when=(Absent(),)))
    assert len(server.requests) == 1


def test_repeated_attempt_of_one_request_carries_one_token(table: Table, server: ScriptedServer) -> None:
    """DynamoDB answers a repetition that follows a lost answer as it answered the first."""
    server.answers = [Answer(500, {"__type": "InternalServerError"})]
    table.transact([Put(ITEM)])
    tokens = {body["ClientRequestToken"] for body in server.bodies()}
    assert (len(server.requests), len(tokens)) == (2, 1)


def test_keys_that_a_batch_left_out_are_asked_for_again(table: Table, server: ScriptedServer) -> None:
    first, second = ({"PK": {"S": "A"}, "SK": {"S": number}} for number in "12")
    server.answers = [
        Answer(
            200, {"Responses": {"tradewind-test": [first]}, "UnprocessedKeys": {"tradewind-test": {"Keys": [second]}}}
        ),
        Answer(200, {"Responses": {"tradewind-test": [second]}}),
    ]
    assert set(table.get_many([Key("A", "1"), Key("A", "2")])) == {Key("A", "1"), Key("A", "2")}
