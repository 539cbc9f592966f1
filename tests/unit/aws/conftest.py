from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import msgspec
import pytest


class Answer(NamedTuple):
    status: int
    body: Any


class ScriptedServer:
    """A tiny HTTP server on a free port: gives its answers one after another, and an empty object when none is left.

    An answer of status 0 is none: the connection is closed.
    """

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port: int = self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bodies(self) -> list[Any]:
        return [msgspec.json.decode(body) for _, _, body in self.requests]

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.01)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._give()

            def do_POST(self) -> None:
                self._give()

            def _give(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                script.requests.append((self.path, headers, body))
                status, answer = script.answers.pop(0) if script.answers else Answer(200, {})
                if not status:
                    self.close_connection = True
                    return
                content = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Tests look at `requests`."""

        return Handler


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    thread = Thread(target=scripted.serve)
    thread.start()
    yield scripted
    scripted.stop()
    thread.join()
