from __future__ import annotations

import pytest
from tests.unit.operations.fake_shop import FakeShop
from tests.unit.ops.fake_queues import FakeQueues

from tradewind.ops.handlers import MAX_MOVED
from tradewind_tools.localcloud.state import Login
from tradewind_tools.operations.dead_letters import DeadLetters
from tradewind_tools.operations.errors import ShopRefused

MAILS = "email-queue-dead-letters"


def test_queues_are_those_of_the_api(dead_letters: DeadLetters, held: FakeQueues) -> None:
    held.put(MAILS, "one")
    assert {each["queue"]: each["waiting"] for each in dead_letters.queues()}[MAILS] == 1


def test_all_that_waits_is_sent_back_call_by_call(dead_letters: DeadLetters, held: FakeQueues) -> None:
    held.put(MAILS, *map(str, range(2 * MAX_MOVED + 1)))
    assert dead_letters.redrive(MAILS) == 2 * MAX_MOVED + 1
    assert len(held.bodies("email-queue")) == 2 * MAX_MOVED + 1


def test_an_empty_queue_has_nothing_to_send_back(dead_letters: DeadLetters) -> None:
    assert dead_letters.redrive(MAILS) == 0


def test_a_queue_that_is_none_is_refused_in_the_shops_words(dead_letters: DeadLetters) -> None:
    with pytest.raises(ShopRefused, match="404: There is no dead-letter queue 'no-queue'"):
        dead_letters.redrive("no-queue")


def test_a_wrong_login_is_refused(held: FakeQueues) -> None:
    with pytest.raises(ShopRefused, match="401"):
        DeadLetters("http://shop", Login("x@example.com", "wrong"), FakeShop(held).ask)
