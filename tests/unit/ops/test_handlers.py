from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.fakes import admin_event, call, customer_event, make_shop
from tests.unit.ops.fake_queues import FakeQueues
from tests.unit.outbox.fake_bus import some_event

from tradewind.ops.handlers import MAX_MOVED, list_dead_letters, redrive_dead_letters
from tradewind.ops.model import DEAD_LETTERS

MAILS = "email-queue-dead-letters"


def body(number: int = 0) -> str:
    return msgspec.json.encode({"detail": some_event(number, secret="of a customer")}).decode()


@pytest.fixture
def queues() -> FakeQueues:
    return FakeQueues()


def dead_letters(queues: FakeQueues) -> dict[str, Any]:
    status, answer = call(list_dead_letters, admin_event(), make_shop(queues=queues))
    assert status == 200
    return {each["queue"]: each for each in answer["queues"]}


def redrive(queue: str, queues: FakeQueues) -> tuple[int, Any]:
    return call(redrive_dead_letters, admin_event(path={"queue": queue}), make_shop(queues=queues))


def test_every_dead_letter_queue_is_listed_with_what_waits_in_it(queues: FakeQueues) -> None:
    queues.put(MAILS, body(), "no event")
    found = dead_letters(queues)
    assert set(found) == set(DEAD_LETTERS)
    assert (found[MAILS]["waiting"], found[MAILS]["oldestAt"]) == (2, "2026-11-21T03:04:05.678000Z")
    assert [each["type"] for each in found[MAILS]["sample"]] == ["OrderPlaced", None]
    assert found[MAILS]["sample"][0]["about"] == "order-1"
    assert found["job-failures"] == {
        "queue": "job-failures", "waiting": 0, "redriveTarget": "none", "oldestAt": None, "sample": [],
    }  # fmt: skip


def test_what_the_message_says_is_not_shown(queues: FakeQueues) -> None:
    queues.put(MAILS, body())
    assert "of a customer" not in str(dead_letters(queues))


def test_looking_moves_nothing_and_shows_ten(queues: FakeQueues) -> None:
    queues.put(MAILS, *map(body, range(12)))
    assert len(dead_letters(queues)[MAILS]["sample"]) == 10
    assert dead_letters(queues)[MAILS]["waiting"] == 12


def test_dead_letters_go_back_to_their_queue(queues: FakeQueues) -> None:
    queues.put(MAILS, *map(body, range(12)))
    assert redrive(MAILS, queues) == (200, {"queue": MAILS, "moved": 12, "waiting": 0})
    assert queues.bodies("email-queue") == [body(number) for number in range(12)]
    assert queues.bodies(MAILS) == []


def test_a_crash_between_sending_and_deleting_loses_nothing(
    queues: FakeQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues.put(MAILS, body())

    def crash(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as killed:
        killed.setattr(queues, "delete", crash)
        assert redrive(MAILS, queues)[0] == 500
    queues.reappear()
    assert redrive(MAILS, queues)[1]["moved"] == 1
    assert queues.bodies("email-queue") == [body(), body()]


def test_one_call_is_bounded(queues: FakeQueues) -> None:
    queues.put(MAILS, *map(body, range(MAX_MOVED + 5)))
    assert redrive(MAILS, queues)[1] == {"queue": MAILS, "moved": MAX_MOVED, "waiting": 5}


@pytest.mark.parametrize(
    ("queue", "refusal"),
    [
        ("email-queue", (404, "QueueNotFound")),
        ("no-queue", (404, "QueueNotFound")),
        ("job-failures", (409, "NothingToRedrive")),
    ],
)
def test_messages_without_a_redrive_target_stay(queues: FakeQueues, queue: str, refusal: tuple[int, str]) -> None:
    queues.put(queue, body())
    status, answer = redrive(queue, queues)
    assert (status, answer["error"]) == refusal
    assert queues.bodies(queue) == [body()]


def test_only_administrators_see_and_redrive_dead_letters(queues: FakeQueues) -> None:
    event, shop = customer_event(path={"queue": MAILS}), make_shop(queues=queues)
    assert call(list_dead_letters, event, shop)[0] == 403
    assert call(redrive_dead_letters, event, shop)[0] == 403
