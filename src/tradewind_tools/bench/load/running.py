"""The crowd against a running local cloud, step by step, to the rate that it does not bear any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Final, NamedTuple

from tradewind_tools.bench.errors import FunctionFailed
from tradewind_tools.bench.load.accounts import Books, balance
from tradewind_tools.bench.load.figures import Step
from tradewind_tools.bench.load.loop import run
from tradewind_tools.bench.load.nothing import serve_nothing
from tradewind_tools.bench.load.schedule import grow, plan_arrivals
from tradewind_tools.bench.load.visitors import Visitors
from tradewind_tools.http_client import call
from tradewind_tools.localcloud.state import AdminLogin

AT_ONCE: Final = 64
"""Visitors who wait for answers at the same time; those who come then wait to be begun, and that counts."""

WARMING_SECONDS: Final = 5.0
_FACTOR: Final = 1.5
_SETTLING_SECONDS: Final = 300.0
_OK: Final = 200


class Plan(NamedTuple):
    """Steps of so many `seconds`, from `first_rate` on, at most `steps` of them; `seed` makes it the same again."""

    first_rate: float
    seconds: float
    steps: int
    seed: int


class Load(NamedTuple):
    """The steps, of which the last may be beyond the limit, and the books at the end."""

    steps: list[Step]
    books: Books

    @property
    def limit(self) -> Step | None:
        """The last step that the shop kept pace with."""
        return next((step for step in reversed(self.steps) if not step.is_beyond_limit), None)


def put_under_load(
    front_door_url: str, endpoint_url: str, admin: AdminLogin, plan: Plan, report: Callable[[str], None]
) -> Load:
    """Raises FunctionFailed when the shop does not even let the visitors in."""
    url, random = f"{front_door_url}/v1", Random(plan.seed)  # noqa: S311 - a plan, no secret
    admin_token = _login(url, admin)
    with serve_nothing(endpoint_url) as nothing_url:
        visitors = Visitors(url, nothing_url, random)
        visitors.arrive(admin_token)
        report("warming up")
        run(plan_arrivals(plan.first_rate, WARMING_SECONDS, random), visitors.act, AT_ONCE)
        steps = list(_climb(plan, visitors, random, report))
        report("waiting for the orders")
        books = balance(visitors, url, admin_token, _SETTLING_SECONDS)
        visitors.leave()
    return Load(steps, books)


def _climb(plan: Plan, visitors: Visitors, random: Random, report: Callable[[str], None]) -> Iterator[Step]:
    for rate in grow(plan.first_rate, _FACTOR, plan.steps):
        report(f"{rate:.1f} a second for {plan.seconds:.0f} s")
        step = Step(rate, plan.seconds, run(plan_arrivals(rate, plan.seconds, random), visitors.act, AT_ONCE))
        yield step
        if step.is_beyond_limit:
            return


def _login(url: str, admin: AdminLogin) -> str:
    response = call("POST", f"{url}/auth/login", {"email": admin.email, "password": admin.password})
    if response.status_code != _OK:
        raise FunctionFailed(f"the administrator could not log in: {response.status_code}")
    return str(response.json()["token"])
