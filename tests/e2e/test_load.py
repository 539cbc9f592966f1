"""`./dev bench load`, for a few seconds."""

from __future__ import annotations

from tests.e2e.conftest import ADMIN

from tradewind_tools.bench.load.running import Plan, put_under_load
from tradewind_tools.localcloud.cloud import LocalCloud


def test_every_order_of_a_crowd_is_accounted_for(cloud: LocalCloud) -> None:
    plan = Plan(first_rate=4, seconds=10, steps=1, seed=1)
    load = put_under_load(cloud.front_door_url, cloud.endpoint_url, ADMIN, plan, print)
    assert len(load.steps) == 1
    assert load.steps[0].offered > 0
    assert load.books.answered > 0
    assert load.books.balances, load.books.words
