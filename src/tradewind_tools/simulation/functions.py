"""Lambda in a simulated world: runs the blueprint's functions, each invocation as a task that can die."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from random import Random
from typing import Any, TypeAlias

from tradewind.shop import Shop
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import resolve
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.errors import InvocationFailed, Throttled
from tradewind_tools.simulation.faults import EnvironmentFault
from tradewind_tools.simulation.scheduler import Task

Handler: TypeAlias = Callable[[Any, object, Shop], Any]

_MAX_SKEWS_MS = (0, 1_500, 1_500, 5_000)
"""The largest error of the clocks in a history, one of these."""

_COLD_START_MS = 40
_PATIENCE_MS = 900_000
_THROTTLED_MS = 60_000
_THROTTLE_CHANCE = 0.002


class LambdaContext:
    """What Lambda hands to an invocation beside the event."""

    def __init__(self, request_id: str) -> None:
        self.aws_request_id = request_id


class Functions:
    """Invokes functions by their names in the blueprint; `raised` keeps what they raised, by name."""

    def __init__(self, shop: Shop, calls: Calls, random: Random) -> None:
        self._shop = shop
        self._calls = calls
        self._random = random
        self._functions = {function.name: function for function in FUNCTIONS}
        self._invocations = 0
        self._max_skew_ms = random.choice(_MAX_SKEWS_MS)
        calls.fault_counts[EnvironmentFault.CLOCKS_DIFFER] += bool(self._max_skew_ms)
        self._callbacks: dict[str, list[tuple[str, Callable[[], None]]]] = {}
        self._throttled_until_ms: dict[str | None, int] = {}
        self.raised: list[tuple[str, Exception]] = []

    def on_first_call(self, name: str, about: str, act: Callable[[], None]) -> None:
        """Call `act` when the function is invoked for the first time with a payload that contains `about`."""
        self._callbacks.setdefault(name, []).append((about, act))

    def invoke(self, name: str, payload: object) -> Task:
        """Begin an invocation; it goes on even if its caller dies."""
        self._invocations += 1
        if self._callbacks.get(name):
            self._run_callbacks(name, str(payload))
        function, handler = self._functions[name], partial(self._run_handler, name, _production(name))
        context = LambdaContext(f"request-{self._invocations}")
        return self._calls.scheduler.spawn(
            name,
            lambda: handler(payload, context),
            after_ms=1 + int(self._random.random() * _COLD_START_MS),
            skew_ms=self._random.randint(-self._max_skew_ms, self._max_skew_ms),
            timeout_ms=function.timeout_seconds * 1000,
        )

    def call(self, name: str, payload: object, *, about: str = "", patience_ms: int = _PATIENCE_MS) -> Any:  # noqa: ANN401 - JSON
        """Invoke a function; its response. Raises InvocationFailed, or what a failed call to Lambda raises."""
        invoke = partial(self._invoke_unless_throttled, name, payload)
        invocation = self._calls.make("lambda.invoke", f"{name} {about}".strip(), invoke)
        if not self._calls.scheduler.wait_for(invocation, patience_ms):
            raise InvocationFailed(name, "States.Timeout")
        if invocation.is_dead or isinstance(invocation.result, Exception):
            self._calls.log(name, "failed", about, "died" if invocation.is_dead else repr(invocation.result))
            raise InvocationFailed(name, "Lambda.Unknown" if invocation.is_dead else type(invocation.result).__name__)
        return invocation.result

    def _invoke_unless_throttled(self, name: str, payload: object) -> Task:
        """Raises Throttled."""
        now_ms = self._calls.scheduler.now_ms
        self._maybe_throttle(name, now_ms)
        if now_ms < max(self._throttled_until_ms.get(each, 0) for each in (name, None)):
            self._calls.fault_counts[EnvironmentFault.THROTTLED_CALLS] += 1
            raise Throttled
        return self.invoke(name, payload)

    def _maybe_throttle(self, name: str, now_ms: int) -> None:
        """From now on, and for a minute, no invocation of this function, or of any, is taken."""
        throttled = ((EnvironmentFault.THROTTLED, name), (EnvironmentFault.ALL_THROTTLED, None))
        for fault, scope in throttled:
            if self._calls.occurs(fault, _THROTTLE_CHANCE):
                self._throttled_until_ms[scope] = now_ms + _THROTTLED_MS
                self._calls.has_faulted = True
                self._calls.log("lambda", "throttles", scope or "every function")

    def _run_handler(self, name: str, handler: Handler, payload: object, context: LambdaContext) -> object:
        """What the handler returns or raises: Lambda's response is either. `raised` keeps what was raised."""
        try:
            return handler(payload, context, self._shop)
        except Exception as error:  # noqa: BLE001 - a caller gets any error
            self.raised.append((name, error))
            return error

    def _run_callbacks(self, name: str, payload: str) -> None:
        callbacks = self._callbacks[name]
        self._callbacks[name] = [(about, act) for about, act in callbacks if about not in payload]
        for about, act in callbacks:
            if about in payload:
                act()


@cache
def _production(name: str) -> Handler:
    return resolve(next(function for function in FUNCTIONS if function.name == name))
