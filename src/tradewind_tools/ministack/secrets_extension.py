"""The local HTTP endpoint of the AWS Parameters and Secrets Lambda extension.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPMethod
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind_tools.ministack.signing import Signer, sign

PATH: Final = "/secretsmanager/get"
TOKEN_HEADER: Final = "x-aws-parameters-secrets-token"  # noqa: S105 - the header's name
_PARAMETERS: Final = {"secretId": "SecretId", "versionId": "VersionId", "versionStage": "VersionStage"}


class SecretsExtension:
    """ASGI middleware that answers `GET /secretsmanager/get` and passes everything else on to the cloud."""

    def __init__(self, cloud: ASGIApp, holder_of: Callable[[str], Signer | None] = lambda _: None) -> None:
        """`holder_of` finds the session that a token belongs to: the extension signs with its credentials."""
        self._cloud = cloud
        self._holder_of = holder_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["method"], scope["path"]) == (HTTPMethod.GET, PATH):
            await self._get_secret(Request(scope))(scope, receive, send)
        else:
            await self._cloud(scope, receive, send)

    def _get_secret(self, request: Request) -> ASGIApp:
        """What answers the request: a refusal, or the cloud."""
        token, wanted = request.headers.get(TOKEN_HEADER, ""), _get_secret_value_input(request)
        if not token:
            return JSONResponse({"message": "not authorized, no token in the request"}, 401)
        if "SecretId" not in wanted:
            return JSONResponse({"message": "secretId is required"}, 400)
        return self._get_secret_value(json.dumps(wanted).encode(), self._holder_of(token))

    def _get_secret_value(self, body: bytes, holder: Signer | None) -> ASGIApp:
        async def call_api(scope: Scope, _receive: Receive, send: Send) -> None:
            call = _as_api_call(scope)
            await self._cloud(sign(call, body, "secretsmanager", holder) if holder else call, _receive_of(body), send)

        return call_api


def _get_secret_value_input(request: Request) -> dict[str, str]:
    given = request.query_params.items()
    return {_PARAMETERS[name]: value for name, value in given if name in _PARAMETERS and value}


def _as_api_call(scope: Scope) -> Scope:
    headers = [
        (b"host", b"localhost"),
        (b"x-amz-target", b"secretsmanager.GetSecretValue"),
        (b"content-type", b"application/x-amz-json-1.1"),
    ]
    return {**scope, "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"", "headers": headers}


def _receive_of(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
