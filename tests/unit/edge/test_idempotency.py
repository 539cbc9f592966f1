from __future__ import annotations

import pytest
from tests.fakes import START, FakeClock

from tradewind.aws.table import ConditionFailed, Key
from tradewind.edge.errors import IdempotencyKeyReused, InProgress, InvalidIdempotencyKey
from tradewind.edge.http import Response
from tradewind.edge.idempotency import MAX_KEY_LENGTH, Idempotency
from tradewind_tools.memory.table import MemoryTable

REPLY = Response(201, '{"orderId":"Ö1"}'.encode())
MINUTE = 60
DAY = 24 * 60 * MINUTE


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


def idempotency(clock: FakeClock, *, body: str = "{}", owner: str = "attempt-1", caller: str = "C1") -> Idempotency:
    found = Idempotency.from_header(
        "key-1", caller=caller, operation="place_order", body=body, owner=owner, now=clock.now()
    )
    assert found is not None
    return found


def replay(table: MemoryTable, wanted: Idempotency) -> Response | None:
    return wanted.replay(table.get(wanted.key))


@pytest.mark.parametrize("header", [None, ""])
def test_no_header_is_no_intention(header: str | None) -> None:
    assert Idempotency.from_header(header, caller="C1", operation="", body="", owner="a", now=START) is None


def test_key_has_a_limit() -> None:
    assert (
        Idempotency.from_header("k" * MAX_KEY_LENGTH, caller="C1", operation="", body="", owner="a", now=START)
        is not None
    )
    with pytest.raises(InvalidIdempotencyKey):
        Idempotency.from_header("k" * (MAX_KEY_LENGTH + 1), caller="C1", operation="", body="", owner="a", now=START)


def test_key_is_worth_something_to_its_caller_only(clock: FakeClock) -> None:
    assert idempotency(clock).key == Key("IDEMPOTENCY#C1#key-1", "REQUEST")
    assert idempotency(clock, caller="C2").key != idempotency(clock).key


def test_first_request_has_no_answer_yet(table: MemoryTable, clock: FakeClock) -> None:
    assert replay(table, idempotency(clock)) is None


def test_repeat_gets_the_stored_answer_byte_for_byte(table: MemoryTable, clock: FakeClock) -> None:
    table.transact([idempotency(clock).complete(REPLY, claimed=False)])
    clock.advance(DAY - 1)
    again = replay(table, idempotency(clock, owner="attempt-2"))
    assert again == Response(201, REPLY.body, {"idempotent-replayed": "true"})


def test_other_request_with_the_same_key_is_refused(table: MemoryTable, clock: FakeClock) -> None:
    table.write(idempotency(clock).complete(REPLY, claimed=False))
    with pytest.raises(IdempotencyKeyReused):
        replay(table, idempotency(clock, body='{"a":1}'))


def test_key_is_free_again_after_a_day_even_if_dynamodb_still_has_it(table: MemoryTable, clock: FakeClock) -> None:
    table.write(idempotency(clock).complete(REPLY, claimed=False))
    clock.advance(DAY)
    later = idempotency(clock, body='{"a":1}', owner="attempt-2")
    assert replay(table, later) is None
    table.write(later.complete(Response(201, b"new"), claimed=False))
    assert replay(table, later) == Response(201, b"new", {"idempotent-replayed": "true"})


def test_only_one_of_two_attempts_stores_its_answer(table: MemoryTable, clock: FakeClock) -> None:
    table.write(idempotency(clock).complete(REPLY, claimed=False))
    with pytest.raises(ConditionFailed):
        table.write(idempotency(clock, owner="attempt-2").complete(Response(201, b"second"), claimed=False))


def test_claim_keeps_others_out_until_it_lapses(table: MemoryTable, clock: FakeClock) -> None:
    table.write(idempotency(clock).claim())
    clock.advance(MINUTE - 1)
    second = idempotency(clock, owner="attempt-2")
    with pytest.raises(InProgress) as refusal:
        replay(table, second)
    assert refusal.value.retry_after_seconds == 1
    with pytest.raises(ConditionFailed):
        table.write(second.claim())


def test_lapsed_claim_passes_to_the_next_attempt(table: MemoryTable, clock: FakeClock) -> None:
    first = idempotency(clock)
    table.write(first.claim())
    clock.advance(MINUTE)
    second = idempotency(clock, owner="attempt-2")
    assert replay(table, second) is None
    table.write(second.claim())
    with pytest.raises(ConditionFailed):
        table.write(first.complete(REPLY, claimed=True))
    table.write(second.complete(REPLY, claimed=True))


def test_attempt_knows_whose_claims_were_left_behind_newest_first(table: MemoryTable, clock: FakeClock) -> None:
    for owner in ("attempt-1", "attempt-2"):
        wanted = idempotency(clock, owner=owner).after(table.get(idempotency(clock).key))
        table.write(wanted.claim())
        clock.advance(MINUTE)
    third = idempotency(clock, owner="attempt-3").after(table.get(wanted.key))
    assert third.abandoned == ("attempt-2", "attempt-1")


def test_answered_key_was_left_behind_by_nobody(table: MemoryTable, clock: FakeClock) -> None:
    assert idempotency(clock).after(None).abandoned == ()
    table.write(idempotency(clock).complete(REPLY, claimed=False))
    assert idempotency(clock, owner="attempt-2").after(table.get(idempotency(clock).key)).abandoned == ()


def test_abandoned_claim_is_taken_at_once_by_the_same_request_alone(table: MemoryTable, clock: FakeClock) -> None:
    table.write(idempotency(clock).claim())
    table.write(idempotency(clock).abandon())
    with pytest.raises(IdempotencyKeyReused):
        replay(table, idempotency(clock, body='{"other":1}', owner="attempt-2"))
    second = idempotency(clock, owner="attempt-2")
    assert replay(table, second) is None
    table.write(second.claim())
    with pytest.raises(ConditionFailed):
        table.write(idempotency(clock).abandon())


def test_claim_becomes_the_answer(table: MemoryTable, clock: FakeClock) -> None:
    first = idempotency(clock)
    table.write(first.claim())
    table.write(first.complete(REPLY, claimed=True))
    assert replay(table, idempotency(clock, owner="attempt-2")) == Response(
        201, REPLY.body, {"idempotent-replayed": "true"}
    )


def test_abandoned_claim_frees_the_key_for_a_corrected_request(table: MemoryTable, clock: FakeClock) -> None:
    first = idempotency(clock)
    table.write(first.claim())
    table.write(first.release())
    assert replay(table, idempotency(clock, body='{"corrected":1}')) is None


def test_answer_cannot_be_abandoned(table: MemoryTable, clock: FakeClock) -> None:
    first = idempotency(clock)
    table.write(first.complete(REPLY, claimed=False))
    with pytest.raises(ConditionFailed):
        table.write(first.release())


def test_record_expires_by_itself(table: MemoryTable, clock: FakeClock) -> None:
    wanted = idempotency(clock)
    table.write(wanted.complete(REPLY, claimed=False))
    assert (table.get(wanted.key) or {})["expiresAt"] == int(START.timestamp()) + DAY


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('{"a":1,"b":[1,2]}', '{"b": [1, 2], "a": 1}'),
        ('{"price":1}', '{"price":1.0}'),
        ('{"price":12.50}', '{"price":12.5}'),
        ('{"price":120}', '{"price":1.2e2}'),
        ('{"name":"é"}', '{"name":"\\u00e9"}'),
    ],
)
def test_same_document_in_another_spelling_is_the_same_request(clock: FakeClock, first: str, second: str) -> None:
    assert idempotency(clock, body=first).fingerprint == idempotency(clock, body=second).fingerprint


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('{"a":null}', "{}"),
        ('{"a":[1,2]}', '{"a":[2,1]}'),
        ('{"a":1}', '{"a":"1"}'),
        ('{"a":1}', '{"a":true}'),
        ('{"a":1e999999999}', '{"a":1e999999998}'),
        ('{"a":0.1}', '{"a":0.10000000000000001}'),
    ],
)
def test_another_document_is_another_request(clock: FakeClock, first: str, second: str) -> None:
    assert idempotency(clock, body=first).fingerprint != idempotency(clock, body=second).fingerprint
