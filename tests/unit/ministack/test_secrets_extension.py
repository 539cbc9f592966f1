from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from tradewind_tools.ministack.secrets_extension import PATH, SecretsExtension
from tradewind_tools.ministack.signing import Signer

if TYPE_CHECKING:
    from httpx2 import Response

TOKEN = {"X-Aws-Parameters-Secrets-Token": "any"}


async def cloud(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    asked = {"method": request.method, "path": request.url.path, "body": (await request.body()).decode()}
    await JSONResponse(asked)(scope, receive, send)


def ask(query: str, headers: dict[str, str], path: str = PATH) -> Response:
    return TestClient(SecretsExtension(cloud)).get(f"{path}?{query}", headers=headers)


def test_secret_is_asked_of_the_cloud_as_an_api_call() -> None:
    asked = ask("secretId=shop%2Fjwt&versionStage=AWSPREVIOUS", TOKEN).json()
    assert (asked["method"], asked["path"]) == ("POST", "/")
    assert asked["body"] == '{"SecretId": "shop/jwt", "VersionStage": "AWSPREVIOUS"}'


@pytest.mark.parametrize("headers", [{}, dict.fromkeys(TOKEN, "")])
def test_request_without_the_token_is_refused(headers: dict[str, str]) -> None:
    assert ask("secretId=shop", headers).status_code == 401


def test_cloud_is_asked_with_the_signature_of_the_session() -> None:
    async def show_signature(scope: Scope, receive: Receive, send: Send) -> None:
        authorization = Request(scope).headers.get("authorization", "unsigned")
        await PlainTextResponse(authorization)(scope, receive, send)

    holders = {"any": Signer("ASIA1", "secret", "any")}
    extension = TestClient(SecretsExtension(show_signature, holders.get))

    def signature(token: str) -> str:
        return extension.get(f"{PATH}?secretId=shop", headers=dict.fromkeys(TOKEN, token)).text

    assert "Credential=ASIA1/" in signature("any")
    assert signature("another") == "unsigned"


@pytest.mark.parametrize("query", ["versionStage=AWSCURRENT", "secretId="])
def test_request_without_a_secret_is_refused(query: str) -> None:
    assert ask(query, TOKEN).status_code == 400


def test_other_requests_pass() -> None:
    assert ask("", {}, path="/queue").json()["path"] == "/queue"
