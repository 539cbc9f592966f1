"""API Gateway's own errors in the shop's one shape.

Their templates hold nothing of a request: they are no VTL, so nothing could escape it, and only of
`$context.error.messageString` AWS says that it comes quoted, not of `validationErrorString`.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec

from tradewind.edge.http import SECURITY_HEADERS
from tradewind.kernel.errors import Detail
from tradewind_tools.blueprint import limits
from tradewind_tools.exports.cloudformation.cors import ANY_ORIGIN
from tradewind_tools.exports.cloudformation.names import Resources, Value, logical_id, ref, resource


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """Status, code and message of one kind of error; `details` are API Gateway's own."""

    status: int
    error: str
    message: str
    details: tuple[Detail, ...] = ()


_SIGN_IN = GatewayResponse(
    401, "SignInRequired", "Please sign in: send a valid token as 'Authorization: Bearer <token>'."
)
_OURS = GatewayResponse(
    500,
    "InternalError",
    "Something went wrong on our side. Please try again; if it stays, tell us the request id.",
)
_NO_ROUTE = GatewayResponse(404, "RouteNotFound", "There is no such operation: see /v1/openapi.json.")
_SLOW_DOWN = GatewayResponse(429, "TooManyRequests", "Too many requests. Please slow down.")

GATEWAY_RESPONSES: dict[str, GatewayResponse] = {
    "ACCESS_DENIED": GatewayResponse(403, "NotAllowed", "You may not do this."),
    "BAD_REQUEST_BODY": GatewayResponse(
        422,
        "InvalidRequest",
        "The request is not valid. Please correct: body.",
        (Detail("body", "is not a JSON object"),),
    ),
    "DEFAULT_4XX": GatewayResponse(400, "BadRequest", "The request cannot be handled."),
    "DEFAULT_5XX": _OURS,
    "EXPIRED_TOKEN": _SIGN_IN,
    "INTEGRATION_FAILURE": _OURS,
    "INTEGRATION_TIMEOUT": GatewayResponse(
        504, "TimedOut", "It took too long. Please try again; that is safe with the same key."
    ),
    "INVALID_API_KEY": GatewayResponse(403, "InvalidApiKey", "The API key is not valid."),
    "INVALID_SIGNATURE": _SIGN_IN,
    "MISSING_AUTHENTICATION_TOKEN": _NO_ROUTE,
    "QUOTA_EXCEEDED": GatewayResponse(429, "QuotaExceeded", "The quota of this API key is used up."),
    "REQUEST_TOO_LARGE": GatewayResponse(413, "BodyTooLarge", "The body is larger than the shop accepts."),
    "RESOURCE_NOT_FOUND": _NO_ROUTE,
    "THROTTLED": _SLOW_DOWN,
    "UNAUTHORIZED": _SIGN_IN,
    "UNSUPPORTED_MEDIA_TYPE": GatewayResponse(415, "NotJson", "Send the body as application/json."),
    "WAF_FILTERED": GatewayResponse(403, "NotAllowed", "The request was refused."),
}

_TOO_MANY = 429


def gateway_responses(api: str) -> Resources:
    return {
        logical_id("Api", kind.lower().replace("_", " ").title(), "Response"): resource(
            "ApiGateway::GatewayResponse",
            RestApiId=ref(api),
            ResponseType=kind,
            **({} if kind.startswith("DEFAULT") else {"StatusCode": str(response.status)}),
            ResponseParameters=_headers(response),
            ResponseTemplates={"application/json": _body(response)},
        )
        for kind, response in GATEWAY_RESPONSES.items()
    }


def _headers(response: GatewayResponse) -> dict[str, Value]:
    headers: dict[str, Value] = {
        "Access-Control-Allow-Origin": ANY_ORIGIN,
        "Access-Control-Expose-Headers": "'x-request-id,retry-after'",
        "X-Request-Id": "context.requestId",
        **{name.title(): f"'{value}'" for name, value in SECURITY_HEADERS.items()},
    }
    if response.status == _TOO_MANY:
        headers["Retry-After"] = f"'{limits.RETRY_AFTER_SECONDS}'"
    return {f"gatewayresponse.header.{name}": value for name, value in headers.items()}


def _body(response: GatewayResponse) -> str:
    body = {
        "error": response.error,
        "message": response.message,
        "details": msgspec.to_builtins(response.details),
        "requestId": "$context.requestId",
    }
    return json.dumps(body, separators=(",", ":"))
