"""Stripe's API over HTTPS: time-outs, bounded retries with full jitter, one idempotency key for all attempts.

Loaded only by the functions that move money. https://docs.stripe.com/error-low-level says what is safe to retry.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from tradewind.kernel.backoff import pause_seconds
from tradewind.kernel.clock import Clock
from tradewind.payments.errors import ProviderTimeout

VERSION = "2024-06-20"
"""Pinned, so that what Stripe sends does not change under us."""

MAX_ATTEMPTS = 4

_CONNECT_TIMEOUT_SECONDS = 3.0
_READ_TIMEOUT_SECONDS = 15.0
_LEAST_SECONDS = 1.0
"""With less time than this left, another attempt is not worth beginning."""
_BASE_PAUSE_SECONDS = 0.25
_MAX_BODY_BYTES = 1024 * 1024
_FORM = "application/x-www-form-urlencoded"
_RETRIED = frozenset((409, 429))
_SERVER_ERROR = 500


class StripeResponse(msgspec.Struct, frozen=True):
    status: int
    body: bytes
    should_retry: bool


class StripeApi:
    """`api_key` is read at each attempt, so that a rotated one is used at once."""

    def __init__(
        self,
        url: str,
        api_key: Callable[[], str],
        clock: Clock,
    ) -> None:
        self._url = urlsplit(url)
        self._api_key = api_key
        self._clock = clock

    def get(self, path: str, query: Mapping[str, str], *, within_seconds: float) -> StripeResponse:
        """Raises ProviderTimeout."""
        target = f"{quote(path)}?{urlencode(query)}" if query else quote(path)
        return self._send("GET", target, None, {}, within_seconds)

    def post(self, path: str, form: Mapping[str, str], *, key: str, within_seconds: float) -> StripeResponse:
        """The response is the same for the same `key`, for a day. Raises ProviderTimeout."""
        headers = {"content-type": _FORM, "idempotency-key": key}
        return self._send("POST", path, urlencode(form), headers, within_seconds)

    def _send(
        self, method: str, target: str, body: str | None, headers: Mapping[str, str], within_seconds: float
    ) -> StripeResponse:
        """The first response that is not worth another attempt."""
        deadline = time.monotonic() + within_seconds
        for attempt in range(MAX_ATTEMPTS):
            if attempt:
                self._clock.sleep(pause_seconds(attempt, _BASE_PAUSE_SECONDS, self._clock))
            left = deadline - time.monotonic()
            if left < _LEAST_SECONDS:
                break
            response = self._attempt(method, target, body, headers, left)
            if response and not response.should_retry:
                return response
        raise ProviderTimeout(f"Stripe did not answer {method} {target.partition('?')[0]}")

    def _attempt(
        self, method: str, target: str, body: str | None, headers: Mapping[str, str], left_seconds: float
    ) -> StripeResponse | None:
        """One attempt; None when the connection was lost."""
        own = {"authorization": f"Bearer {self._api_key()}", "stripe-version": VERSION}
        connection = self._open(min(_CONNECT_TIMEOUT_SECONDS, left_seconds))
        try:
            connection.connect()
            connection.sock.settimeout(min(_READ_TIMEOUT_SECONDS, left_seconds))
            connection.request(method, target, body, {**own, **headers})
            return _read_response(connection.getresponse())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _open(self, timeout_seconds: float) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        return kind(self._url.netloc, timeout=timeout_seconds)


def _read_response(response: http.client.HTTPResponse) -> StripeResponse:
    """Whether to retry is for Stripe to say; where it says nothing, its status decides."""
    advice = response.getheader("stripe-should-retry")
    is_passing = response.status in _RETRIED or response.status >= _SERVER_ERROR
    should_retry = advice == "true" or (is_passing and advice != "false")
    return StripeResponse(response.status, response.read(_MAX_BODY_BYTES), should_retry)
