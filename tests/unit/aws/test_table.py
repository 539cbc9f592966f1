"""What the gateway does when DynamoDB is busy; `tests/contract/test_table.py` has what it does otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.fakes import FakeClock
from tests.unit.aws.conftest import Answer, ScriptedServer

from tradewind.aws.table import (
    Check,
    ConditionFailed,
    Delete,
    DynamoTable,
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


@pytest.mark.parametrize(
    "request_of",
    [
        lambda table: table.get(KEY),
        lambda table: table.get_many([KEY]),
        lambda table: table.query(Query("A")),
        lambda table: table.write(Put(ITEM)),
        lambda table: table.transact([Put(ITEM)]),
    ],
    ids=["get", "get many", "query", "write", "transact"],
)
def test_throttled_table_is_busy(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, request_of: Callable[[Table], object]
) -> None:
    monkeypatch.setattr("tradewind.aws.table._MAX_RETRIES", 0)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    server.answers = [refusal("ProvisionedThroughputExceededException", "slow down")] * ATTEMPTS
    with pytest.raises(TableBusy):
        request_of(DynamoTable("tradewind-test", HastyClock(), server.url))


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
