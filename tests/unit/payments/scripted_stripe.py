"""A server that answers as it was told to, one answer after another, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Reply:
    """`body` as JSON; with `is_lost` the connection is closed instead, with `is_silent` when the test is over."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_lost: bool = False
    is_silent: bool = False


LOST = Reply(is_lost=True)
SILENT = Reply(is_silent=True)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class ScriptedStripe:
    url: str
    script: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    is_over: Event = field(default_factory=Event)

    def says(self, *replies: Reply) -> None:
        self.script += replies


@contextmanager
def scripted_stripe() -> Iterator[ScriptedStripe]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    stripe = _Handler.stripe = ScriptedStripe(f"http://127.0.0.1:{server.server_port}")
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield stripe
    finally:
        stripe.is_over.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    stripe: ScriptedStripe

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        target = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query, form = dict(parse_qsl(target.query)), dict(parse_qsl(body))
        self.stripe.asked.append(Asked(self.command, target.path, query, form, headers))
        reply = self.stripe.script.pop(0)
        if reply.is_silent:
            self.stripe.is_over.wait()
        elif not reply.is_lost:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {**reply.headers, "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
