from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, suppress
from threading import Thread

import pytest

from tradewind_tools.bench.errors import FunctionFailed
from tradewind_tools.bench.runtime_api import RuntimeApi

INVOCATION = "/2018-06-01/runtime/invocation"


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    with RuntimeApi() as api:
        yield api


def request(api: RuntimeApi, method: str, path: str, body: bytes = b"") -> tuple[http.client.HTTPResponse, bytes]:
    with closing(http.client.HTTPConnection(api.address, timeout=10)) as connection:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer, answer.read()


def serve(api: RuntimeApi, times: int, outcome: str) -> None:
    """A function that says twice what it is given, or fails."""

    def run() -> None:
        with suppress(http.client.RemoteDisconnected):
            for _ in range(times):
                given, event = request(api, "GET", f"{INVOCATION}/next")
                says = json.dumps([json.loads(event)] * 2) if outcome == "response" else '{"errorType": "Oh"}'
                name = given.headers["Lambda-Runtime-Aws-Request-Id"]
                request(api, "POST", f"{INVOCATION}/{name}/{outcome}", says.encode())

    Thread(target=run, daemon=True).start()


def test_an_invocation_goes_out_and_its_answer_comes_back(api: RuntimeApi) -> None:
    serve(api, 3, "response")
    api.wait_until_asked()
    assert api.invoke({"n": 1}) == [{"n": 1}, {"n": 1}]
    assert api.invoke({"n": 2}) == [{"n": 2}, {"n": 2}]


def test_a_functions_error_is_told(api: RuntimeApi) -> None:
    serve(api, 1, "error")
    api.wait_until_asked()
    with pytest.raises(FunctionFailed, match="Oh"):
        api.invoke({})


def test_a_failed_start_is_told(api: RuntimeApi) -> None:
    request(api, "POST", "/2018-06-01/runtime/init/error", b'{"errorType": "ImportError"}')
    with pytest.raises(FunctionFailed, match="ImportError"):
        api.wait_until_asked()
