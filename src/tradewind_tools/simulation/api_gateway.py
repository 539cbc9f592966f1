"""API Gateway in a simulated world: the event of a request, and the response of a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from tradewind.kernel.caller import Caller, Role
from tradewind_tools.memory.access import authorizer_context, signed_in

ADMIN_ID = "01KAJ0ADMN0000000000000001"
CALLER_ADDRESS = "203.0.113.7"
"""Of everybody: what people do counts together."""

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


def api_event(
    user_id: str | None, body: str | None, *, path: Mapping[str, str] | None = None, key: str | None = None
) -> dict[str, Any]:
    """Build the event of a request by this user; without one, by somebody who is not signed in."""
    return {
        "httpMethod": "POST",
        "resource": "/simulated",
        "headers": {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})},
        "pathParameters": dict(path) if path else None,
        "queryStringParameters": None,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "requestId": "request",
            "identity": {"sourceIp": CALLER_ADDRESS},
            **({"authorizer": authorizer_context(_caller(user_id))} if user_id else {}),
        },
    }


def _caller(user_id: str) -> Caller:
    return signed_in(user_id, Role.ADMIN if user_id == ADMIN_ID else Role.CUSTOMER)
