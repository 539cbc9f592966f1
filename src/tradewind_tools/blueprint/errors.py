"""What can be wrong with the blueprint, each as one clear line."""

from __future__ import annotations

from tradewind_tools.errors import Refusal


class BlueprintError(Refusal):
    """The blueprint does not fit the code."""


class HandlerMissing(BlueprintError):
    """A function names a handler that cannot be imported."""

    def __init__(self, function: str, handler: str, reason: str) -> None:
        super().__init__(f"The function {function!r} names the handler {handler}, which cannot be imported: {reason}")


class NotAnEndpoint(BlueprintError):
    """A function with a route names a handler that is no `@endpoint`."""

    def __init__(self, function: str, handler: str) -> None:
        super().__init__(f"The function {function!r} has a route, but its handler {handler} is not made by @endpoint")


class PathMismatch(BlueprintError):
    """A route names a path parameter that its handler's params do not have."""

    def __init__(self, function: str, parameters: set[str]) -> None:
        named = ", ".join(sorted(parameters))
        super().__init__(f"The route of {function!r} has path parameters that its params lack: {named}")


class InvalidStage(BlueprintError):
    """Names of resources carry the stage, so it must be short and plain."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"{stage!r} is not a stage: a lower-case letter, then up to 15 letters, digits or hyphens")
