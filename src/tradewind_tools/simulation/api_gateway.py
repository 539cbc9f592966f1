"""API Gateway in a simulated world: the event of a request, and the response of a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from tradewind.kernel.caller import Caller, Role
from tradewind_tools.memory.access import authorizer_context, signed_in
from tradewind_tools.simulation.errors import InvocationFailed
from tradewind_tools.simulation.functions import Functions
from tradewind_tools.simulation.scheduler import Scheduler

ADMIN_ID = "01KAJ0ADMN0000000000000001"
CALLER_ADDRESS = "203.0.113.7"
"""Of everybody: what people do counts together."""

AUTHORIZER = "auth-authorizer"
UNAUTHORIZED = "Unauthorized"

_METHOD_ARN = "arn:aws:execute-api:us-east-1:000000000000:simulated/local/GET/"
_KEPT_MS = 300_000
_SERVER_ERROR = 500
_IN_PROGRESS = "InProgress"


class ApiResponse(NamedTuple):
    status: int
    body: str

    @property
    def is_success(self) -> bool:
        return self.status < 300  # noqa: PLR2004 - HTTP's

    @property
    def is_retryable(self) -> bool:
        return self.status >= _SERVER_ERROR or self.is_in_progress

    @property
    def is_in_progress(self) -> bool:
        return f'"{_IN_PROGRESS}"' in self.body

    def read(self, name: str) -> str:
        value: str = msgspec.json.decode(self.body)[name]
        return value


REFUSED = ApiResponse(401, msgspec.json.encode({"error": UNAUTHORIZED}).decode())
"""API Gateway's own response to a token that the authorizer does not accept."""


class TokenCheck(NamedTuple):
    """Whose token it is, as the authorizer says; None for one that it does not accept. One that was kept is older."""

    context: Mapping[str, str] | None
    is_kept: bool = False


class Authorization:
    """Asks the authorizer whose token it is, and keeps the answer for minutes, as API Gateway does for customers."""

    def __init__(self, functions: Functions, scheduler: Scheduler) -> None:
        self._functions = functions
        self._scheduler = scheduler
        self._kept: dict[str, tuple[int, Mapping[str, str]]] = {}

    def check(self, token: str) -> TokenCheck:
        """Raises what a failed call to Lambda raises."""
        until_ms, context = self._kept.get(token, (0, {}))
        if self._scheduler.now_ms < until_ms:
            return TokenCheck(context, is_kept=True)
        event = {"authorizationToken": f"Bearer {token}", "methodArn": _METHOD_ARN}
        try:
            context = self._functions.call(AUTHORIZER, event)["context"]
        except InvocationFailed as failure:
            if failure.error != UNAUTHORIZED:
                raise
            return TokenCheck(None)
        self._kept[token] = (self._scheduler.now_ms + _KEPT_MS, context)
        return TokenCheck(context)

    def forget(self, token: str) -> None:
        """Ask anew the next time, as a stage does whose cache was flushed."""
        self._kept.pop(token, None)


def api_event(
    user_id: str | None,
    body: str | None,
    *,
    path: Mapping[str, str] | None = None,
    key: str | None = None,
    context: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Build the event of a request by this user; without one, by somebody who is not signed in.

    `context` is what the authorizer said of a caller who has shown a token.
    """
    authorizer = context or (authorizer_context(_caller(user_id)) if user_id else None)
    return {
        "httpMethod": "POST",
        "resource": "/simulated",
        "headers": {
            "Content-Type": "application/json",
            **({"Idempotency-Key": key} if key else {}),
            **(headers or {}),
        },
        "pathParameters": dict(path) if path else None,
        "queryStringParameters": None,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "requestId": "request",
            "identity": {"sourceIp": CALLER_ADDRESS},
            **({"authorizer": authorizer} if authorizer else {}),
        },
    }


def _caller(user_id: str) -> Caller:
    return signed_in(user_id, Role.ADMIN if user_id == ADMIN_ID else Role.CUSTOMER)
