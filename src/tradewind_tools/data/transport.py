"""HTTP with kept connections, time-outs and bounded retries.

Every request made here may be repeated: products carry their id, orders an Idempotency-Key, the rest sets a state.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import httpx2

from tradewind_tools.data.errors import ShopUnreachableError, UnknownShopError

_TOO_MANY_REQUESTS: Final = 429
_NOT_IMPLEMENTED: Final = 501
_ANY_NUMBER: Final = httpx2.Limits(max_connections=None, max_keepalive_connections=None)


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
    """One server, with as many kept connections as there are threads that ask at the same time."""

    def __init__(self, url: str, patience: Patience | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UnknownShopError(f"'{url}' is not the address of a shop; it looks like http://localhost:8080")
        self.url = url.rstrip("/")
        self._patience = patience or Patience()
        # Where no certificate is checked, none need be loaded: that takes longer than many requests.
        self._client = httpx2.Client(
            base_url=self.url,
            verify=parts.scheme == "https",
            timeout=self._patience.timeout_seconds,
            limits=_ANY_NUMBER,
        )

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> httpx2.Response:
        """Return the response, whatever its status, after retrying what is worth it.

        Raises ShopUnreachableError when none came.
        """
        last = self._patience.attempts - 1
        for attempt in range(last):
            try:
                response = self._send(method, path, headers, body)
            except httpx2.TransportError:
                self._patience.pause(attempt)
                continue
            if not _is_worth_repeating(response):
                return response
            self._patience.pause(attempt, response.headers.get("retry-after", ""))
        return self._send_once(method, path, headers, body)

    def reach(self) -> None:
        """Ask once whether anybody is there. Raises ShopUnreachableError without the patience of a run under way."""
        self._send_once("GET", "/v1/status", {}, None)

    def close(self) -> None:
        self._client.close()

    def _send_once(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> httpx2.Response:
        try:
            return self._send(method, path, headers, body)
        except httpx2.TransportError as error:
            reason = str(error) or type(error).__name__
            raise ShopUnreachableError(
                f"{self.url} does not answer ({reason}); is the shop running? `./dev up` starts one here"
            ) from error

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> httpx2.Response:
        return self._client.request(method, path, content=body, headers=headers)


def _is_worth_repeating(response: httpx2.Response) -> bool:
    status = response.status_code
    return status == _TOO_MANY_REQUESTS or (response.is_server_error and status != _NOT_IMPLEMENTED)
