"""Runs a state machine, the very definition that is deployed, without Step Functions.

Knows the part of the Amazon States Language that the saga uses, and refuses anything else.
https://states-language.net/spec.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tradewind.aws.state_machine import RunFailed
from tradewind_tools.memory.errors import ExecutionFailed, TaskFailed, UnsupportedDefinition

Data: TypeAlias = dict[str, Any]
Integration: TypeAlias = Callable[[Data], Data]
"""Performs a Task: takes its parameters, returns its result, raises what the task raises."""

Invoke: TypeAlias = Callable[[str, Data], Data]
"""Invokes a function by the name that the definition has for it, with a payload; what it returns."""

_LAMBDA = "arn:aws:states:::lambda:invoke"
_FORMAT = re.compile(r"^States\.Format\('([^']*)', (\$[\w.]*)\)$")


@dataclass
class Execution:
    """A run: the states that it entered, in order, and its data."""

    path: list[str] = field(default_factory=list)
    data: Data = field(default_factory=dict)

    @property
    def ended_in(self) -> str:
        return self.path[-1]


def _skip_pause(_seconds: float) -> None:
    """Retry at once."""


class MemoryStateMachine:
    """A `tradewind.aws.state_machine.StateMachine`; `executions` keeps its runs that succeeded."""

    def __init__(self, definition: Data, invoke: Invoke, pause: Callable[[float], None] = _skip_pause) -> None:
        self.executions: list[Execution] = []
        self._definition = definition
        self._invoke = invoke
        self._pause = pause

    def run(self, data: Mapping[str, str]) -> None:
        try:
            self.executions.append(self.execute(data))
        except ExecutionFailed as failure:
            raise RunFailed(f"FAILED {failure.error}") from failure

    def execute(self, data: Mapping[str, str]) -> Execution:
        """Run to the end. Raises ExecutionFailed."""
        return run(self._definition, dict(data), {_LAMBDA: self._perform}, self._pause)

    def _perform(self, parameters: Data) -> Data:
        return {"Payload": self._invoke(parameters["FunctionName"], parameters["Payload"])}


def run(
    definition: Data, data: Data, integrations: Mapping[str, Integration], pause: Callable[[float], None]
) -> Execution:
    """Run to the end; `integrations` maps a Task's Resource to what performs it.

    Retries follow as often as the definition says; before each, `pause` is called with the definition's interval,
    without jitter. Raises ExecutionFailed, UnsupportedDefinition.
    """
    execution = Execution(data=data)
    name: str | None = definition["StartAt"]
    while name is not None:
        execution.path.append(name)
        try:
            name = _enter(name, definition["States"][name], execution, integrations, pause)
        except (LookupError, TypeError) as error:  # a path that leads nowhere
            raise ExecutionFailed(execution.ended_in, "States.Runtime", repr(error)) from error
    return execution


def _enter(
    name: str,
    state: Data,
    execution: Execution,
    integrations: Mapping[str, Integration],
    pause: Callable[[float], None],
) -> str | None:
    """The name of the state that follows; None at the end."""
    match state["Type"]:
        case "Task":
            return _perform(state, execution, integrations, pause)
        case "Choice":
            return _choose(state, execution.data)
        case "Succeed":
            return None
        case "Fail":
            raise ExecutionFailed(name, state["Error"], state["Cause"])
        case other:
            raise UnsupportedDefinition(f"state {name}: type {other}")


def _perform(
    state: Data, execution: Execution, integrations: Mapping[str, Integration], pause: Callable[[float], None]
) -> str | None:
    """Perform a task until it succeeds, or until its retriers give up. Raises ExecutionFailed."""
    parameters = _fill(state["Parameters"], execution.data)
    retries = Counter[int]()
    while True:
        try:
            result = integrations[state["Resource"]](parameters)
        except Exception as error:
            pause_seconds = _next_pause_seconds(state.get("Retry", []), _error_name(error), retries)
            if pause_seconds is None:
                raise ExecutionFailed(execution.ended_in, _error_name(error), str(error)) from error
            pause(pause_seconds)
        else:
            selected = _fill(state["ResultSelector"], result) if "ResultSelector" in state else result
            execution.data = _put_result(execution.data, selected, state)
            following: str | None = state.get("Next")
            return following


def _error_name(error: Exception) -> str:
    return error.error if isinstance(error, TaskFailed) else type(error).__name__


def _next_pause_seconds(retriers: list[Data], error: str, retries: Counter[int]) -> float | None:
    """The pause before the task is tried again; None when the first retrier that names the error has given up.

    `retries` counts for each retrier how often it was used: each has its own limit.
    """
    for number, retrier in enumerate(retriers):
        if {error, "States.ALL"} & set(retrier["ErrorEquals"]):
            if retries[number] == retrier["MaxAttempts"]:
                return None
            interval: float = retrier["IntervalSeconds"] * retrier["BackoffRate"] ** retries[number]
            retries[number] += 1
            return min(interval, float(retrier["MaxDelaySeconds"]))
    return None


def _choose(state: Data, data: Data) -> str:
    for choice in state["Choices"]:
        if _read(choice["Variable"], data) == choice["StringEquals"]:
            target: str = choice["Next"]
            return target
    default: str = state["Default"]
    return default


def _put_result(data: Data, result: Any, state: Data) -> Data:  # noqa: ANN401 - JSON
    """The data with the result at the state's ResultPath."""
    path: str = state.get("ResultPath", "$")
    return result if path == "$" else {**data, path.removeprefix("$."): result}


def _fill(template: Any, data: Data) -> Any:  # noqa: ANN401 - JSON
    """The template with every `"name.$": path` replaced by the value at the path."""
    if template == "$":
        return data
    if isinstance(template, list):
        return [_fill(entry, data) for entry in template]
    if not isinstance(template, dict):
        return template
    return {
        name.removesuffix(".$"): _read(value, data) if name.endswith(".$") else _fill(value, data)
        for name, value in template.items()
    }


def _read(path: str, data: Data) -> Any:  # noqa: ANN401 - JSON
    formatted = _FORMAT.match(path)
    if formatted:
        return formatted.group(1).replace("{}", str(_read(formatted.group(2), data)))
    if not path.startswith("$"):
        raise UnsupportedDefinition(f"path {path}")
    found: Any = data
    for part in path.split(".")[1:]:
        found = found[part]
    return found
