"""The local HTTP endpoint of the AWS Parameters and Secrets Lambda extension.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs

from tradewind_tools.localcloud.front_door import respond_json
from tradewind_tools.ministack.asgi import ASGIApp, Message, Receive, Scope, Send
from tradewind_tools.ministack.signing import Signer, signed

PATH = "/secretsmanager/get"
TOKEN_HEADER = b"x-aws-parameters-secrets-token"
_PARAMETERS = {"secretId": "SecretId", "versionId": "VersionId", "versionStage": "VersionStage"}


class SecretsExtension:
    """Answer `GET /secretsmanager/get`; pass everything else on to the cloud."""

    def __init__(self, cloud: ASGIApp, holder_of: Callable[[str], Signer | None] = lambda _: None) -> None:
        """`holder_of` tells whose session a token is of; as the extension does, it asks with their signature."""
        self._cloud = cloud
        self._holder_of = holder_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "GET":
            await self._get_secret(scope, send)
        else:
            await self._cloud(scope, receive, send)

    async def _get_secret(self, scope: Scope, send: Send) -> None:
        wanted = _get_secret_value_input(scope)
        if not _token(scope):
            await respond_json(send, 401, {"message": "not authorized, no token in the request"})
        elif "SecretId" not in wanted:
            await respond_json(send, 400, {"message": "secretId is required"})
        else:
            holder, body = self._holder_of(_token(scope)), json.dumps(wanted).encode()
            asked = _as_api_call(scope)
            await self._cloud(signed(asked, body, "secretsmanager", holder) if holder else asked, _given(body), send)


def _token(scope: Scope) -> str:
    return next((value.decode() for name, value in scope["headers"] if name.lower() == TOKEN_HEADER), "")


def _get_secret_value_input(scope: Scope) -> dict[str, str]:
    query = parse_qs(scope.get("query_string", b"").decode())
    return {_PARAMETERS[name]: values[0] for name, values in query.items() if name in _PARAMETERS}


def _as_api_call(scope: Scope) -> Scope:
    headers = [
        (b"host", b"localhost"),
        (b"x-amz-target", b"secretsmanager.GetSecretValue"),
        (b"content-type", b"application/x-amz-json-1.1"),
    ]
    return {**scope, "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"", "headers": headers}


def _given(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
