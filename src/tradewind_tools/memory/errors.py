"""What can go wrong while the state machine runs in memory."""

from __future__ import annotations


class UnsupportedDefinition(ValueError):
    """The definition uses a part of the Amazon States Language that this interpreter does not know."""


class TaskFailed(Exception):
    """A task failed with an error that Step Functions knows by this name; any other exception is known by its class."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}" if cause else error)
        self.error = error


class ExecutionFailed(Exception):
    """The run ended with this error: a task failed for good, or a state of type Fail was entered."""

    def __init__(self, state: str, error: str, cause: str = "") -> None:
        super().__init__(f"{state}: {error}{f': {cause}' if cause else ''}")
        self.state = state
        self.error = error
