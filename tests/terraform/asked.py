"""What Terraform's provider asks AWS for: a way to the local cloud that keeps each action by its name in a policy."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs

import httpx2

SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/(?P<service>[^/]+)/aws4_request")
HOP_BY_HOP = {"host", "connection", "content-length", "transfer-encoding", "content-encoding"}


class AskedCloud:
    """The local cloud under another address; `actions` are those that were asked for there, such as `s3:GetObject`."""

    def __init__(self, endpoint_url: str) -> None:
        self.actions: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(endpoint_url, self.actions))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"


def action_of(method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """`states:ValidateStateMachineDefinition`; where a service names no action, its method and path."""
    found = SERVICE.search(headers.get("authorization", ""))
    service = found["service"] if found else "nobody"
    if target := headers.get("x-amz-target"):
        return f"{service}:{target.rpartition('.')[2]}"
    if action := parse_qs(body.decode(errors="replace")).get("Action"):
        return f"{service}:{action[0]}"
    return f"{service}:{method} {path}"


def _handler(endpoint_url: str, actions: set[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline()
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            actions.add(action_of(self.command, self.path, headers, body))
            self._answer(_forward(endpoint_url, self.command, self.path, headers, body))

        def _answer(self, response: httpx2.Response) -> None:
            self.send_response(response.status_code)
            for name, value in response.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - the name is the library's
            """Say nothing."""

    return Handler


def _forward(endpoint_url: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> httpx2.Response:
    kept = {name: value for name, value in headers.items() if name not in HOP_BY_HOP}
    return httpx2.request(method, f"{endpoint_url}{path}", headers=kept, content=body, timeout=60)
