from __future__ import annotations

import pytest
from tests.unit.operations.fake_shop import FakeShop
from tests.unit.ops.fake_queues import FakeQueues

from tradewind.ops.handlers import MAX_MOVED
from tradewind_tools.localcloud.state import AdminLogin
from tradewind_tools.operations.dead_letters import DeadLetterClient
from tradewind_tools.operations.errors import ShopRefused

MAILS = "email-queue-dead-letters"


def test_queues_are_read_from_the_api(dead_letters: DeadLetterClient, held: FakeQueues) -> None:
    held.put(MAILS, "one")
    assert {each["queue"]: each["waiting"] for each in dead_letters.queues()}[MAILS] == 1


def test_redrive_repeats_until_all_messages_are_sent_back(dead_letters: DeadLetterClient, held: FakeQueues) -> None:
    held.put(MAILS, *map(str, range(2 * MAX_MOVED + 1)))
    assert dead_letters.redrive(MAILS) == 2 * MAX_MOVED + 1
    assert len(held.bodies("email-queue")) == 2 * MAX_MOVED + 1


def test_redrive_of_an_empty_queue_sends_nothing_back(dead_letters: DeadLetterClient) -> None:
    assert dead_letters.redrive(MAILS) == 0


def test_unknown_queue_is_refused_with_the_shops_message(dead_letters: DeadLetterClient) -> None:
    with pytest.raises(ShopRefused, match="404: There is no dead-letter queue 'no-queue'"):
        dead_letters.redrive("no-queue")


def test_wrong_login_is_refused(held: FakeQueues) -> None:
    with pytest.raises(ShopRefused, match="401"):
        DeadLetterClient("http://shop", AdminLogin("x@example.com", "wrong"), FakeShop(held).ask)
