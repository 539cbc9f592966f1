"""Those of a history who live with the shop: the holders of accounts, and the guests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tradewind_tools.simulation.account_holders import AccountHolder
from tradewind_tools.simulation.account_invariants import AccountChecker
from tradewind_tools.simulation.account_scenario import AccountScenario
from tradewind_tools.simulation.api_gateway import Authorization
from tradewind_tools.simulation.guests import Guest
from tradewind_tools.simulation.passwords import CheapHasher
from tradewind_tools.simulation.people import People
from tradewind_tools.simulation.world import World


class Residents:
    """Schedules them, and checks what must hold of them; in a history without any it does nothing.

    `hasher` is what passwords are hashed by.
    """

    def __init__(self, world: World, scenario: AccountScenario) -> None:
        self._world = world
        self._scenario = scenario
        self._holders: list[AccountHolder] = []
        self._guests: list[Guest] = []
        self._checker = AccountChecker(world.shop.settings, world.scheduler, world.clock.beginning)
        self.hasher = CheapHasher(self._checker.record_verification if scenario.lives else None)
        if scenario.lives:
            world.commit_checker.accounts = self._checker

    def schedule(self, people: People) -> None:
        """Begin their lives and visits."""
        world = self._world
        authorization = Authorization(world.functions, world.scheduler)
        for life in self._scenario.lives:
            holder = AccountHolder(life, people, self._checker, authorization)
            self._holders.append(holder)
            world.scheduler.spawn("account", partial(holder.live, life.moments))
        for visit in self._scenario.guests:
            guest = Guest(visit, people.client, authorization)
            self._guests.append(guest)
            world.scheduler.spawn("guest", guest.come, after_ms=visit.begins_ms)

    def check_access(self) -> None:
        """See who may come in, now that nothing goes wrong any more."""
        for holder in self._holders:
            self._world.scheduler.spawn("account", holder.check_access)
            self._world.scheduler.run()

    def find_violations(self) -> Iterator[str]:
        for guest in self._guests:
            yield from guest.find_violations(self._world)
