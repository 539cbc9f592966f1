"""The port of the checkout's state machine, and Step Functions behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import msgspec

from tradewind.aws.sdk import refusal_code
from tradewind.kernel.errors import RetryLater

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_SUCCEEDED = "SUCCEEDED"
_THROTTLED = "ThrottlingException"


class RunNotStarted(RetryLater):
    """Step Functions has no capacity for one more run at this moment: nothing was begun."""


class RunFailed(Exception):
    """A run ended without success: says how, and by which error. Not its cause, which may hold data."""


class StateMachine(Protocol):
    def run(self, data: Mapping[str, str]) -> None:
        """Run once with this input, to the end, which comes within five minutes. Raises RunNotStarted, RunFailed."""
        ...


class ExpressStateMachine:
    """A state machine of Step Functions, of the type EXPRESS."""

    def __init__(self, arn: str, client: SFNClient) -> None:
        self._arn = arn
        self._client = client

    def run(self, data: Mapping[str, str]) -> None:
        try:
            ended = self._client.start_sync_execution(
                stateMachineArn=self._arn, input=msgspec.json.encode(data).decode()
            )
        except Exception as error:
            if refusal_code(error) == _THROTTLED:
                raise RunNotStarted from None
            raise
        if ended["status"] != _SUCCEEDED:
            raise RunFailed(f"{ended['status']} {ended.get('error', '')}".strip())
