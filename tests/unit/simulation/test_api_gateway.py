from __future__ import annotations

from random import Random

import pytest

from tradewind.identity.accounts import register
from tradewind.identity.tokens import AccessTokens, GuestTokens
from tradewind.kernel.caller import Role
from tradewind_tools.memory.access import make_user, open_session, signed_in
from tradewind_tools.simulation.api_gateway import Authorization, TokenCheck
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.world import World

USER = "01KAJ0HDER0000000000000001"
FIVE_MINUTES_MS = 300_000


@pytest.fixture
def world() -> World:
    return World(Random(1), PlannedFaults({}))


def check(authorization: Authorization, token: str, world: World, after_ms: int = 0) -> TokenCheck:
    task = world.scheduler.spawn("client", lambda: authorization.check(token), after_ms=after_ms)
    world.scheduler.run()
    result: TokenCheck = task.result
    return result


def test_answer_is_kept_for_five_minutes(world: World) -> None:
    table, clock = world.table.truth, world.clock
    token = AccessTokens.of(world.shop).issue(signed_in(USER, Role.CUSTOMER))
    register(make_user(USER, Role.CUSTOMER, clock.now()), table, clock, "test")
    table.write(open_session(USER, clock.now()))
    authorization = Authorization(world.functions, world.scheduler)
    assert check(authorization, token, world).context
    assert check(authorization, token, world).is_kept
    assert not check(authorization, token, world, FIVE_MINUTES_MS).is_kept
    authorization.forget(token)
    assert not check(authorization, token, world).is_kept


def test_refusal_is_not_kept(world: World) -> None:
    authorization = Authorization(world.functions, world.scheduler)
    assert [check(authorization, "no token", world) for _ in range(2)] == [TokenCheck(None)] * 2


def test_guest_is_let_in_without_an_account(world: World) -> None:
    authorization = Authorization(world.functions, world.scheduler)
    found = check(authorization, GuestTokens.of(world.shop).issue(f"G{USER}"), world)
    assert found.context
    assert found.context["role"] == "guest"
