from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import admin_event, call, make_shop
from tests.unit.ops.fake_queues import FakeQueues
from tests.unit.outbox.fake_bus import FakeBus

from tradewind.ops.handlers import MAX_MOVED, listing, redriving
from tradewind_tools.localcloud.http_client import Answer
from tradewind_tools.localcloud.state import Login
from tradewind_tools.operations.dead_letters import DeadLetters
from tradewind_tools.operations.errors import ShopRefused

ADMIN = Login("admin@example.com", "secret")
MAILS = "email-queue-dead-letters"


class Shop:
    """The shop's operations on dead letters, behind their addresses."""

    def __init__(self, queues: FakeQueues) -> None:
        self._list = listing(lambda _: queues)
        self._redrive = redriving(lambda _: queues, lambda _: FakeBus())

    def ask(self, method: str, url: str, body: object = None, token: str | None = None) -> Answer:
        path = url.removeprefix("http://shop/v1")
        if path == "/auth/login":
            return (
                Answer(200, {"token": "t"}, {}) if body == {"email": ADMIN.email, "password": ADMIN.password} else _no
            )
        assert token == "t"
        if method == "GET":
            return _answer(call(self._list, admin_event(), make_shop()))
        return _answer(call(self._redrive, admin_event(path={"queue": path.split("/")[3]}), make_shop()))


_no = Answer(401, {"error": "InvalidCredentials", "message": "No."}, {})


def _answer(given: tuple[int, Any]) -> Answer:
    return Answer(*given, {})


@pytest.fixture
def queues() -> FakeQueues:
    return FakeQueues()


@pytest.fixture
def dead_letters(queues: FakeQueues) -> DeadLetters:
    return DeadLetters("http://shop", ADMIN, Shop(queues).ask)


def test_queues_are_those_of_the_api(dead_letters: DeadLetters, queues: FakeQueues) -> None:
    queues.put(MAILS, "one")
    assert {each["queue"]: each["waiting"] for each in dead_letters.queues()}[MAILS] == 1


def test_all_that_waits_is_sent_back_call_by_call(dead_letters: DeadLetters, queues: FakeQueues) -> None:
    queues.put(MAILS, *map(str, range(2 * MAX_MOVED + 1)))
    assert dead_letters.redrive(MAILS) == 2 * MAX_MOVED + 1
    assert len(queues.bodies("email-queue")) == 2 * MAX_MOVED + 1


def test_an_empty_queue_has_nothing_to_send_back(dead_letters: DeadLetters) -> None:
    assert dead_letters.redrive(MAILS) == 0


def test_a_queue_that_is_none_is_refused_in_the_shops_words(dead_letters: DeadLetters) -> None:
    with pytest.raises(ShopRefused, match="404: There is no dead-letter queue 'no-queue'"):
        dead_letters.redrive("no-queue")


def test_a_wrong_login_is_refused(queues: FakeQueues) -> None:
    with pytest.raises(ShopRefused, match="401"):
        DeadLetters("http://shop", Login("x@example.com", "wrong"), Shop(queues).ask)
