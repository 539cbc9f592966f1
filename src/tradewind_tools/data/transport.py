"""HTTP with kept connections, time-outs and bounded retries.

Every request made here may be repeated: products carry their id, orders an Idempotency-Key, the rest sets a state.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlsplit

from tradewind_tools.data.errors import ShopUnreachableError, UnknownShopError

_TOO_MANY_REQUESTS = 429
_NOT_IMPLEMENTED = 501
_SERVER_ERRORS = range(500, 600)


class Answer(NamedTuple):
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an answer, and how often to ask again: exponential back-off with full jitter."""

    timeout_seconds: float = 30.0
    attempts: int = 8
    first_pause_seconds: float = 0.1
    longest_pause_seconds: float = 5.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = field(default_factory=lambda: random.SystemRandom().random)

    def pause(self, attempt: int, retry_after: str = "") -> None:
        """Wait before the next attempt; the server's `Retry-After` (in seconds) is honoured up to the longest pause."""
        bound = min(self.longest_pause_seconds, self.first_pause_seconds * 2**attempt)
        asked = float(retry_after) if retry_after.isdigit() else 0.0
        self.sleep(min(self.longest_pause_seconds, asked) + bound * self.jitter())


class Transport:
    """One server, over one kept connection a thread."""

    def __init__(self, url: str, patience: Patience | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UnknownShopError(f"'{url}' is not the address of a shop; it looks like http://localhost:8080")
        self.url = url.rstrip("/")
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._base = parts.hostname, parts.port, parts.path.rstrip("/")
        self._patience = patience or Patience()
        self._own = threading.local()
        self._open: list[HTTPConnection] = []

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Return the answer, whatever its status, after retrying what is worth it.

        Raises ShopUnreachableError when no answer came.
        """
        last = self._patience.attempts - 1
        for attempt in range(last):
            try:
                answer = self._once(method, path, headers, body)
            except (OSError, HTTPException):
                self._patience.pause(attempt)
                continue
            if not _is_worth_repeating(answer.status):
                return answer
            self._patience.pause(attempt, answer.headers.get("retry-after", ""))
        return self._finally(method, path, headers, body)

    def reach(self) -> None:
        """Ask once whether anybody is there. Raises ShopUnreachableError without the patience of a run under way."""
        self._finally("GET", "/v1/status", {}, None)

    def close(self) -> None:
        for connection in self._open:
            connection.close()

    def _finally(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        try:
            return self._once(method, path, headers, body)
        except (OSError, HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise ShopUnreachableError(
                f"{self.url} does not answer ({reason}); is the shop running? `./dev up` starts one here"
            ) from error

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        connection = self._connection()
        try:
            connection.request(method, self._base + path, body, dict(headers))
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())
        except (OSError, HTTPException):
            connection.close()
            raise

    def _connection(self) -> HTTPConnection:
        connection: HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._kind(self._host, self._port, timeout=self._patience.timeout_seconds)
            self._own.connection = connection
            self._open.append(connection)
        return connection


def _is_worth_repeating(status: int) -> bool:
    return status == _TOO_MANY_REQUESTS or (status in _SERVER_ERRORS and status != _NOT_IMPLEMENTED)
