"""API Gateway's own errors in the shop's one shape."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec

from tradewind.edge.http import SECURITY_HEADERS
from tradewind.kernel.errors import Detail
from tradewind_tools.blueprint import limits
from tradewind_tools.exports.cloudformation.names import Resources, Value, logical_id, ref, resource, sub


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, code and words of one kind of error; `details` are what API Gateway itself has to say."""

    status: int
    error: str
    message: str
    details: tuple[Detail, ...] = ()


_SIGN_IN = Answer(401, "SignInRequired", "Please sign in: send a valid token as 'Authorization: Bearer <token>'.")
_OURS = Answer(
    500,
    "InternalError",
    "Something went wrong on our side. Please try again; if it stays, tell us the request id.",
)
_SLOW_DOWN = Answer(429, "TooManyRequests", "Too many requests. Please slow down.")

ANSWERS: dict[str, Answer] = {
    "ACCESS_DENIED": Answer(403, "NotAllowed", "You may not do this."),
    "BAD_REQUEST_BODY": Answer(
        422,
        "InvalidRequest",
        "The request is not valid. Please correct: body.",
        (Detail("body", "$context.error.validationErrorString"),),
    ),
    "BAD_REQUEST_PARAMETERS": Answer(
        422,
        "InvalidRequest",
        "The request is not valid: a parameter is missing.",
        (Detail("parameters", "$context.error.message"),),
    ),
    "DEFAULT_4XX": Answer(400, "BadRequest", "The request cannot be handled."),
    "DEFAULT_5XX": _OURS,
    "EXPIRED_TOKEN": _SIGN_IN,
    "INTEGRATION_FAILURE": _OURS,
    "INTEGRATION_TIMEOUT": Answer(
        504, "TimedOut", "It took too long. Please try again; that is safe with the same key."
    ),
    "INVALID_API_KEY": Answer(403, "InvalidApiKey", "The API key is not valid."),
    "INVALID_SIGNATURE": _SIGN_IN,
    "MISSING_AUTHENTICATION_TOKEN": Answer(404, "RouteNotFound", "There is no such operation: see /v1/openapi.json."),
    "QUOTA_EXCEEDED": Answer(429, "QuotaExceeded", "The quota of this API key is used up."),
    "REQUEST_TOO_LARGE": Answer(413, "BodyTooLarge", "The body is larger than the shop accepts."),
    "RESOURCE_NOT_FOUND": Answer(404, "RouteNotFound", "There is no such operation: see /v1/openapi.json."),
    "THROTTLED": _SLOW_DOWN,
    "UNAUTHORIZED": _SIGN_IN,
    "UNSUPPORTED_MEDIA_TYPE": Answer(415, "NotJson", "Send the body as application/json."),
    "WAF_FILTERED": Answer(403, "NotAllowed", "The request was refused."),
}

_TOO_MANY = 429


def gateway_responses(api: str) -> Resources:
    return {
        logical_id("Api", kind.lower().replace("_", " ").title(), "Response"): resource(
            "ApiGateway::GatewayResponse",
            RestApiId=ref(api),
            ResponseType=kind,
            **({} if kind.startswith("DEFAULT") else {"StatusCode": str(answer.status)}),
            ResponseParameters=_headers(answer),
            ResponseTemplates={"application/json": _body(answer)},
        )
        for kind, answer in ANSWERS.items()
    }


def _headers(answer: Answer) -> dict[str, Value]:
    headers: dict[str, Value] = {
        "Access-Control-Allow-Origin": sub("'${CorsOrigin}'"),
        "Access-Control-Expose-Headers": "'x-request-id,retry-after'",
        "X-Request-Id": "context.requestId",
        **{name.title(): f"'{value}'" for name, value in SECURITY_HEADERS.items()},
    }
    if answer.status == _TOO_MANY:
        headers["Retry-After"] = f"'{limits.RETRY_AFTER_SECONDS}'"
    return {f"gatewayresponse.header.{name}": value for name, value in headers.items()}


def _body(answer: Answer) -> str:
    body = {
        "error": answer.error,
        "message": answer.message,
        "details": msgspec.to_builtins(answer.details),
        "requestId": "$context.requestId",
    }
    return json.dumps(body, separators=(",", ":"))
