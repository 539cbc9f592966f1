from __future__ import annotations

import asyncio
import json

import pytest

from tradewind_tools.localcloud.secrets_extension import SecretsExtension
from tradewind_tools.ministack.asgi import Receive, Response, Scope, Send, exchange, get, read_body
from tradewind_tools.ministack.signing import Signer

TOKEN = (b"X-Aws-Parameters-Secrets-Token", b"any")


async def cloud(scope: Scope, receive: Receive, send: Send) -> None:
    asked = {"method": scope["method"], "path": scope["path"], "body": (await read_body(receive)).decode()}
    await Response(200, (), json.dumps(asked).encode()).send_to(send)


def ask(query: str, *headers: tuple[bytes, bytes], path: str = "/secretsmanager/get") -> Response:
    return asyncio.run(exchange(SecretsExtension(cloud), {**get(path, query), "headers": list(headers)}))


def test_secret_is_asked_of_the_cloud_as_an_api_call() -> None:
    asked = json.loads(ask("secretId=shop%2Fjwt&versionStage=AWSPREVIOUS", TOKEN).body)
    assert (asked["method"], asked["path"]) == ("POST", "/")
    assert json.loads(asked["body"]) == {"SecretId": "shop/jwt", "VersionStage": "AWSPREVIOUS"}


@pytest.mark.parametrize("headers", [[], [(TOKEN[0], b"")]])
def test_request_without_the_token_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    assert ask("secretId=shop", *headers).status == 401


def test_the_cloud_is_asked_by_whose_session_it_is() -> None:
    async def telling(scope: Scope, _receive: Receive, send: Send) -> None:
        authorization = dict(scope["headers"]).get(b"authorization", b"unsigned")
        await Response(200, (), authorization).send_to(send)

    holders = {"any": Signer("ASIA1", "secret", "any")}
    extension = SecretsExtension(telling, holders.get)

    def answer(token: bytes) -> bytes:
        scope = {**get("/secretsmanager/get", "secretId=shop"), "headers": [(TOKEN[0], token)]}
        return asyncio.run(exchange(extension, scope)).body

    assert b"Credential=ASIA1/" in answer(b"any")
    assert answer(b"another") == b"unsigned"


def test_request_without_a_secret_is_refused() -> None:
    assert ask("versionStage=AWSCURRENT", TOKEN).status == 400


def test_other_requests_pass() -> None:
    assert json.loads(ask("", path="/queue").body)["path"] == "/queue"
