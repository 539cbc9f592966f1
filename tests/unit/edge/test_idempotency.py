from __future__ import annotations

import pytest
from tests.fakes import START, FakeClock

from tradewind.aws.table import ConditionFailed, Key
from tradewind.edge.http import Reply
from tradewind.edge.idempotency import (
    MAX_KEY_LENGTH,
    Idempotency,
    IdempotencyKeyReused,
    InProgress,
    InvalidIdempotencyKey,
    idempotency,
)
from tradewind_tools.memory.table import MemoryTable

REPLY = Reply(201, '{"orderId":"Ö1"}'.encode())
MINUTE = 60
DAY = 24 * 60 * MINUTE


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


def intention(clock: FakeClock, *, body: str = "{}", owner: str = "attempt-1", caller: str = "C1") -> Idempotency:
    found = idempotency("key-1", caller=caller, request=f"place_order {body}", owner=owner, now=clock.now())
    assert found is not None
    return found


def replay(table: MemoryTable, wanted: Idempotency) -> Reply | None:
    return wanted.replay(table.get(wanted.key))


@pytest.mark.parametrize("header", [None, ""])
def test_no_header_is_no_intention(header: str | None) -> None:
    assert idempotency(header, caller="C1", request="", owner="a", now=START) is None


def test_key_has_a_limit() -> None:
    assert idempotency("k" * MAX_KEY_LENGTH, caller="C1", request="", owner="a", now=START) is not None
    with pytest.raises(InvalidIdempotencyKey):
        idempotency("k" * (MAX_KEY_LENGTH + 1), caller="C1", request="", owner="a", now=START)


def test_key_is_worth_something_to_its_caller_only(clock: FakeClock) -> None:
    assert intention(clock).key == Key("IDEMPOTENCY#C1#key-1", "REQUEST")
    assert intention(clock, caller="C2").key != intention(clock).key


def test_first_request_has_no_answer_yet(table: MemoryTable, clock: FakeClock) -> None:
    assert replay(table, intention(clock)) is None


def test_repeat_gets_the_stored_answer_byte_for_byte(table: MemoryTable, clock: FakeClock) -> None:
    table.transact([intention(clock).done(REPLY, claimed=False)])
    clock.advance(DAY - 1)
    again = replay(table, intention(clock, owner="attempt-2"))
    assert again == Reply(201, REPLY.body, {"idempotent-replayed": "true"})


def test_other_request_with_the_same_key_is_refused(table: MemoryTable, clock: FakeClock) -> None:
    table.write(intention(clock).done(REPLY, claimed=False))
    with pytest.raises(IdempotencyKeyReused):
        replay(table, intention(clock, body='{"a":1}'))


def test_key_is_free_again_after_a_day_even_if_dynamodb_still_has_it(table: MemoryTable, clock: FakeClock) -> None:
    table.write(intention(clock).done(REPLY, claimed=False))
    clock.advance(DAY)
    later = intention(clock, body='{"a":1}', owner="attempt-2")
    assert replay(table, later) is None
    table.write(later.done(Reply(201, b"new"), claimed=False))
    assert replay(table, later) == Reply(201, b"new", {"idempotent-replayed": "true"})


def test_only_one_of_two_attempts_stores_its_answer(table: MemoryTable, clock: FakeClock) -> None:
    table.write(intention(clock).done(REPLY, claimed=False))
    with pytest.raises(ConditionFailed):
        table.write(intention(clock, owner="attempt-2").done(Reply(201, b"second"), claimed=False))


def test_claim_keeps_others_out_until_it_lapses(table: MemoryTable, clock: FakeClock) -> None:
    table.write(intention(clock).claimed())
    clock.advance(MINUTE - 1)
    second = intention(clock, owner="attempt-2")
    with pytest.raises(InProgress) as refusal:
        replay(table, second)
    assert refusal.value.retry_after_seconds == 1
    with pytest.raises(ConditionFailed):
        table.write(second.claimed())


def test_lapsed_claim_passes_to_the_next_attempt(table: MemoryTable, clock: FakeClock) -> None:
    first = intention(clock)
    table.write(first.claimed())
    clock.advance(MINUTE)
    second = intention(clock, owner="attempt-2")
    assert replay(table, second) is None
    table.write(second.claimed())
    with pytest.raises(ConditionFailed):
        table.write(first.done(REPLY, claimed=True))
    table.write(second.done(REPLY, claimed=True))


def test_claim_becomes_the_answer(table: MemoryTable, clock: FakeClock) -> None:
    first = intention(clock)
    table.write(first.claimed())
    table.write(first.done(REPLY, claimed=True))
    assert replay(table, intention(clock, owner="attempt-2")) == Reply(201, REPLY.body, {"idempotent-replayed": "true"})


def test_abandoned_claim_frees_the_key_for_a_corrected_request(table: MemoryTable, clock: FakeClock) -> None:
    first = intention(clock)
    table.write(first.claimed())
    table.write(first.abandoned())
    assert replay(table, intention(clock, body='{"corrected":1}')) is None


def test_answer_cannot_be_abandoned(table: MemoryTable, clock: FakeClock) -> None:
    first = intention(clock)
    table.write(first.done(REPLY, claimed=False))
    with pytest.raises(ConditionFailed):
        table.write(first.abandoned())


def test_record_expires_by_itself(table: MemoryTable, clock: FakeClock) -> None:
    wanted = intention(clock)
    table.write(wanted.done(REPLY, claimed=False))
    assert (table.get(wanted.key) or {})["expiresAt"] == int(START.timestamp()) + DAY
