"""Lambda's runtime API, as a function's process sees it: it asks for the next event and posts what came of it.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Thread
from typing import Any, Self, TypeVar
from uuid import uuid4

from tradewind_tools.bench.errors import FunctionFailed

T = TypeVar("T")

_TIMEOUT_SECONDS = 30
_POLL_SECONDS = 0.5
_DEADLINE_SECONDS = 60
_ARN = "arn:aws:lambda:us-east-1:000000000000:function:bench"


class RuntimeApi:
    """Serves one function process, as a context manager; `address` is what AWS_LAMBDA_RUNTIME_API wants."""

    def __init__(self) -> None:
        self._events: Queue[bytes | None] = Queue()
        self._asked: Queue[None] = Queue()
        self._answers: Queue[bytes] = Queue()
        self._faults: Queue[str] = Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def wait_until_asked(self) -> None:
        """Until the function has initialised and asks for an event. Raises FunctionFailed."""
        self._take_from(self._asked)

    def invoke(self, event: object) -> Any:  # noqa: ANN401 - JSON
        """What the function answers, once it asks for the next event. Raises FunctionFailed."""
        self._events.put(json.dumps(event).encode())
        answer = self._take_from(self._answers)
        self.wait_until_asked()
        return json.loads(answer)

    def next_event(self) -> bytes | None:
        """Called by the server: what the function is to do next; None when there is nothing to come."""
        self._asked.put(None)
        return self._events.get()

    def take_answer(self, body: bytes) -> None:
        self._answers.put(body)

    def take_fault(self, body: bytes) -> None:
        self._faults.put(body.decode(errors="replace"))

    def _take_from(self, queue: Queue[T]) -> T:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            with suppress(Empty):
                return queue.get(timeout=_POLL_SECONDS)
            with suppress(Empty):
                raise FunctionFailed(self._faults.get_nowait())
        raise FunctionFailed(f"no answer in {_TIMEOUT_SECONDS} s")


def _handler(api: RuntimeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One packet an answer: two would meet the client's delayed acknowledgement, 40 ms a request.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            event = api.next_event()
            if event is None:
                self.close_connection = True
            else:
                self._reply(200, event, _invocation_headers())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            (api.take_answer if self.path.endswith("/response") else api.take_fault)(body)
            self._reply(202, b"{}", {})

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

        def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _invocation_headers() -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": str(uuid4()),
        "Lambda-Runtime-Invoked-Function-Arn": _ARN,
        "Lambda-Runtime-Deadline-Ms": str(int((time.time() + _DEADLINE_SECONDS) * 1000)),
    }
