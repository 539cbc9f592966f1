"""Lambda in a simulated world: runs the functions of the blueprint, each invocation a task that can die."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any, TypeAlias

from tradewind.checkout.jobs import sweeper
from tradewind.notifications.handlers import email_sender
from tradewind.outbox.bus import Bus
from tradewind.outbox.relay import Relay
from tradewind.shop import Shop
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import resolve
from tradewind_tools.blueprint.model import Function
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.ports import PostOffice
from tradewind_tools.simulation.scheduler import Task

Handler: TypeAlias = Callable[[Any, object, Shop], Any]

_MAX_SKEW_MS = 1_500
_COLD_START_MS = 40
_PATIENCE_MS = 900_000


class FunctionFailed(Exception):
    """The invocation raised, died, or ran out of time."""


class Context:
    """What Lambda tells an invocation of itself."""

    def __init__(self, request_id: str) -> None:
        self.aws_request_id = request_id


class Functions:
    """Invokes functions by their names in the blueprint."""

    def __init__(self, shop: Shop, calls: Calls, random: Random, ported: Mapping[str, Handler]) -> None:
        self._shop = shop
        self._calls = calls
        self._random = random
        self._functions = {function.name: function for function in FUNCTIONS}
        self._ported = ported
        self._invocations = 0

    def named(self, name: str) -> Function:
        return self._functions[name]

    def invoke(self, name: str, payload: object) -> Task:
        """Begin an invocation; it goes on whatever becomes of its caller."""
        self._invocations += 1
        function, handler = self._functions[name], self._handler(name)
        context = Context(f"request-{self._invocations}")
        return self._calls.scheduler.spawn(
            name,
            lambda: _outcome(handler, payload, context, self._shop),
            after_ms=1 + int(self._random.random() * _COLD_START_MS),
            skew_ms=self._random.randint(-_MAX_SKEW_MS, _MAX_SKEW_MS),
            timeout_ms=function.timeout_seconds * 1000,
        )

    def call(self, name: str, payload: object, *, about: str = "", patience_ms: int = _PATIENCE_MS) -> Any:  # noqa: ANN401 - JSON
        """What the function answers. Raises FunctionFailed, or what a failed call to Lambda raises."""
        invocation = self._calls.make("lambda.invoke", f"{name} {about}".strip(), lambda: self.invoke(name, payload))
        if not self._calls.scheduler.wait_for(invocation, patience_ms):
            raise FunctionFailed(f"{name} did not answer in time")
        if invocation.is_dead or isinstance(invocation.result, Exception):
            self._calls.note(name, "failed", about, "died" if invocation.is_dead else repr(invocation.result))
            raise FunctionFailed(f"{name}: {invocation.result}")
        return invocation.result

    def _handler(self, name: str) -> Handler:
        return self._ported.get(self._functions[name].handler) or _production(name)


@cache
def _production(name: str) -> Handler:
    return resolve(next(function for function in FUNCTIONS if function.name == name))


def ported(bus: Callable[[str], Bus], office: PostOffice, sleep: Callable[[float], None]) -> dict[str, Handler]:
    """The handlers that reach a port outside their shop, made anew with the simulated one."""
    return {
        "tradewind.notifications.handlers.send_email": email_sender(lambda: office),
        "tradewind.outbox.relay.forward_events": Relay(bus, sleep),
        "tradewind.checkout.jobs.resume_stuck": sweeper(bus),
    }


def _outcome(handler: Handler, payload: object, context: Context, shop: Shop) -> object:
    """What the handler gives or raises: both are answers of Lambda."""
    try:
        return handler(payload, context, shop)
    except Exception as fault:  # noqa: BLE001 - a caller is told of whatever went wrong
        return fault
