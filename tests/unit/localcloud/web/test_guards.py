from __future__ import annotations

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind_tools.localcloud.web.guards import BrowserGuard, HostGuard, parse_hosts

PORT = 4566
LEAVE = {"Access-Control-Allow-Origin": "*", "access-control-expose-headers": "*", "x-amzn-requestid": "1"}


async def cloud(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers everybody, and gives everybody leave to read it."""
    await Response("an answer", headers=LEAVE)(scope, receive, send)


def client(app: ASGIApp) -> TestClient:
    return TestClient(app, base_url=f"http://localhost:{PORT}")


class TestHosts:
    @pytest.mark.parametrize("host", ["localhost:4566", "LOCALHOST:4566", "127.0.0.1:4566", "[::1]:4566"])
    def test_own_name_is_answered(self, host: str) -> None:
        assert client(HostGuard(cloud)).get("/", headers={"host": host}).status_code == 200

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example:4566",
            "evil.example",
            "localhost.evil.example:4566",
            "localhost:4566.evil.example",
            "evil.example@localhost:4566",
            "localhost:4567",
            "localhost",
            "localhost.:4566",
            "127.0.0.1.nip.io:4566",
            "0.0.0.0:4566",
            "192.168.0.7:4566",
            "bucket.s3.localhost:4566",
            "[::2]:4566",
            "[localhost]:4566",
            "",
        ],
    )
    def test_other_host_is_refused(self, host: str) -> None:
        answer = client(HostGuard(cloud)).get("/", headers={"host": host})
        assert (answer.status_code, answer.json()["error"]) == (403, "HostNotAllowed")
        assert "localhost:4566" in answer.json()["message"]
        assert "TRADEWIND_HOSTS" in answer.json()["message"]

    def test_port_that_clients_leave_out_is_the_usual_one(self) -> None:
        assert TestClient(HostGuard(cloud), base_url="http://localhost").get("/").status_code == 200

    @pytest.mark.parametrize("host", ["bucket.s3.localhost:4566", "a1b2c3d4.execute-api.localhost:4566"])
    def test_subdomain_of_localhost_is_answered_where_asked_for(self, host: str) -> None:
        guarded = client(HostGuard(cloud, subdomains=True))
        assert guarded.get("/", headers={"host": host}).status_code == 200
        assert guarded.get("/", headers={"host": host.replace("localhost", "evil.example")}).status_code == 403

    @pytest.mark.parametrize(
        ("host", "status"),
        [
            ("shop.test:4566", 200),
            ("shop.test", 200),
            ("proxy.test:9000", 200),
            ("localhost:5173", 200),
            ("proxy.test:9001", 403),
            ("localhost:5174", 403),
            ("other.test", 403),
        ],
    )
    def test_further_host_is_answered_at_its_port_or_at_any(self, host: str, status: int) -> None:
        guarded = client(HostGuard(cloud, parse_hosts(" Shop.test,proxy.test:9000, localhost:5173,")))
        assert guarded.get("/", headers={"host": host}).status_code == status

    def test_no_further_host_is_named_by_nothing(self) -> None:
        assert parse_hosts("") == frozenset()


class TestPages:
    @pytest.mark.parametrize(
        "headers",
        [
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"origin": "http://localhost:4566"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "same-origin"},
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
    def test_request_of_a_page_is_refused(self, headers: dict[str, str], method: str) -> None:
        answer = client(BrowserGuard(cloud)).request(method, "/", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "PageNotAllowed")
        assert "front door" in answer.json()["message"]
        assert not [name for name in answer.headers if name.startswith("access-control-")]

    @pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "none"}], ids=["a program", "a typed address"])
    def test_request_of_no_page_is_answered(self, headers: dict[str, str]) -> None:
        answer = client(BrowserGuard(cloud)).get("/", headers=headers)
        assert (answer.status_code, answer.text) == (200, "an answer")

    def test_no_page_is_given_leave_to_read(self) -> None:
        headers = client(BrowserGuard(cloud)).get("/").headers
        assert "access-control-allow-origin" not in headers
        assert "access-control-expose-headers" not in headers
        assert headers["x-amzn-requestid"] == "1"

    @pytest.mark.parametrize("guard", [HostGuard, BrowserGuard])
    def test_web_socket_of_a_page_is_refused(self, guard: type[HostGuard | BrowserGuard]) -> None:
        stranger = {"origin": "https://evil.example", "host": "evil.example"}
        with (
            pytest.raises(WebSocketDenialResponse) as denied,
            client(guard(cloud)).websocket_connect("/", headers=stranger),
        ):
            pytest.fail("it is open")
        assert denied.value.status_code == 403
