"""Runs the checkout saga's state machine, the very definition that is deployed, without Step Functions.

Knows the part of the Amazon States Language that the saga uses, and refuses anything else.
https://states-language.net/spec.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Data: TypeAlias = dict[str, Any]
Integration: TypeAlias = Callable[[Data], Data]
"""Performs a Task: takes its parameters, gives its result, raises what the task raises."""

_FORMAT = re.compile(r"^States\.Format\('([^']*)', (\$[\w.]*)\)$")


class UnsupportedDefinition(ValueError):
    """The definition uses something of the language that this interpreter does not know."""


class ExecutionFailed(Exception):
    """A task failed for good and nothing caught it."""


@dataclass
class Execution:
    """Where a run came to: the states it entered, in order, and the data at its end."""

    path: list[str] = field(default_factory=list)
    data: Data = field(default_factory=dict)

    @property
    def ended_in(self) -> str:
        return self.path[-1]


def _at_once(_seconds: float) -> None:
    """Nobody waits where nobody looks at the clock."""


def run(
    definition: Data, given: Data, integrations: Mapping[str, Integration], pause: Callable[[float], None] = _at_once
) -> Execution:
    """Run to the end; `integrations` maps a Task's Resource to what performs it.

    Retries follow as often as the definition says, after `pause` was called with the seconds that it says, before
    jitter. Raises ExecutionFailed.
    """
    execution = Execution(data=given)
    name: str | None = definition["StartAt"]
    while name is not None:
        execution.path.append(name)
        state = definition["States"][name]
        match state["Type"]:
            case "Pass":
                execution.data = _placed(execution.data, _passed(state, execution.data), state)
                name = state.get("Next")
            case "Task":
                name = _perform(state, execution, integrations, pause)
            case "Choice":
                name = _chosen(state, execution.data)
            case "Succeed":
                name = None
            case other:
                raise UnsupportedDefinition(f"state {name}: type {other}")
    return execution


def _passed(state: Data, data: Data) -> Any:  # noqa: ANN401 - JSON
    return state["Result"] if "Result" in state else _filled(state.get("Parameters", "$"), data)


def _perform(
    state: Data, execution: Execution, integrations: Mapping[str, Integration], pause: Callable[[float], None]
) -> str | None:
    attempts = 1 + max((retry["MaxAttempts"] for retry in state.get("Retry", ())), default=0)
    parameters = _filled(state["Parameters"], execution.data)
    for attempt in range(attempts):
        try:
            result = integrations[state["Resource"]](parameters)
        except Exception as error:  # noqa: BLE001 - a task may raise anything; States.ALL catches it
            if attempt + 1 == attempts:
                return _caught(state, execution, error)
            pause(_interval_seconds(state["Retry"][0], attempt))
        else:
            selected = _filled(state["ResultSelector"], result) if "ResultSelector" in state else result
            execution.data = _placed(execution.data, selected, state)
            break
    following: str | None = state.get("Next")
    return following


def _interval_seconds(retry: Data, attempt: int) -> float:
    grown: float = retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt
    most: float = retry["MaxDelaySeconds"]
    return min(grown, most)


def _caught(state: Data, execution: Execution, error: Exception) -> str:
    for catch in state.get("Catch", ()):
        execution.data = _placed(execution.data, {"Error": type(error).__name__, "Cause": str(error)}, catch)
        target: str = catch["Next"]
        return target
    raise ExecutionFailed(f"{execution.ended_in}: {error}") from error


def _chosen(state: Data, data: Data) -> str:
    for choice in state["Choices"]:
        if _read(choice["Variable"], data) == choice["StringEquals"]:
            target: str = choice["Next"]
            return target
    default: str = state["Default"]
    return default


def _placed(data: Data, result: Any, state: Data) -> Data:  # noqa: ANN401 - JSON
    path: str = state.get("ResultPath", "$")
    return result if path == "$" else {**data, path.removeprefix("$."): result}


def _filled(template: Any, data: Data) -> Any:  # noqa: ANN401 - JSON
    """The template with every `"name.$": path` replaced by what stands at the path."""
    if template == "$":
        return data
    if isinstance(template, list):
        return [_filled(entry, data) for entry in template]
    if not isinstance(template, dict):
        return template
    return {
        name.removesuffix(".$"): _read(value, data) if name.endswith(".$") else _filled(value, data)
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
