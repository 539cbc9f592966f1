"""How a simulated call or a simulated process fails."""

from __future__ import annotations


class Crash(BaseException):
    """The process of a task dies: no handler can catch it, as nothing survives the end of a process."""


class ResponseLost(Exception):
    """The connection broke: the caller cannot know whether the call was executed."""


class CallRefused(Exception):
    """The service did not execute the call: throttled, or unreachable."""


class Throttled(CallRefused):
    """Lambda refuses to invoke a function: TooManyRequestsException."""


class InvocationFailed(Exception):
    """The invoked function raised, died, or ran out of time; `error` is what Step Functions calls that."""

    def __init__(self, function: str, error: str) -> None:
        super().__init__(f"{function}: {error}")
        self.error = error


class ScenarioFailed(Exception):
    """A scenario of the crash table violates an invariant although no fault was injected."""


CALL_FAILURES = (InvocationFailed, ResponseLost, CallRefused)
"""How an invocation of a function fails for its caller."""
