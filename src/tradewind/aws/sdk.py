"""How functions call AWS beside its table: signed HTTPS requests, bounded in time, without boto3.

boto3 takes 2.3 s of a first request at 256 MB, and stood before every order and every mail (docs/benchmarks.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tradewind.aws.services import SERVICES, Service, ServiceRequest
from tradewind.aws.signing import Credentials, Scope, sign
from tradewind.aws.trace import trace_call
from tradewind.kernel.backoff import pause_seconds
from tradewind.kernel.clock import Clock, SystemClock

if TYPE_CHECKING:
    from http.client import HTTPConnection

CONNECT_TIMEOUT_SECONDS = 2
READ_TIMEOUT_SECONDS = 4
ATTEMPTS = 2
RUN_TIMEOUT_SECONDS = 305
"""A little longer than an Express run may last."""

_PAUSE_SECONDS = 0.2
_REFUSED = 300
_FAULT = 500
_THROTTLES = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "ProvisionedThroughputExceeded")


class Refused(Exception):
    """A service's error answer. As with boto3 its `response` holds code and text, which may name people."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(f"{status} {code}")
        self.response = {"Error": {"Code": code, "Message": message}}
        self.is_passing = status >= _FAULT or any(words in code for words in _THROTTLES)


class Unanswered(Exception):
    """A service did not answer in time, or not at all: it may have done what it was asked."""


class Patience(NamedTuple):
    """How long a call waits for its answer, and how often it is made."""

    read_timeout_seconds: float = READ_TIMEOUT_SECONDS
    attempts: int = ATTEMPTS


BRIEF = Patience()
"""Ends before the function's own time is up."""

RUN = Patience(RUN_TIMEOUT_SECONDS, attempts=1)
"""Awaits the run of a state machine, and begins none a second time by itself."""


def connect(service: str, patience: Patience = BRIEF) -> Any:  # noqa: ANN401 - any of boto3's clients, as far as it goes
    """Make a client of a service, by boto3's name for it; its methods are boto3's, and their answers too."""
    return Client(SERVICES[service], patience, SystemClock())


def refusal_code(error: Exception) -> str:
    """The code of a service's refusal, whether our client or boto3's has raised it; empty for any other exception."""
    return str(_refusal_in(error).get("Code", ""))


def _refusal_in(error: Exception) -> Mapping[str, Any]:
    response = getattr(error, "response", None)
    return response.get("Error", {}) if isinstance(response, Mapping) else {}


class Client:
    """Calls a service: `client.put_events(Entries=[…])`. Raises Refused, Unanswered."""

    def __init__(self, service: Service, patience: Patience, clock: Clock) -> None:
        self._service = service
        self._patience = patience
        self._clock = clock
        self._region = os.environ.get("AWS_REGION", "us-east-1")
        self._host, self._connection = _open(service, self._region)

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        if method.startswith("_"):
            raise AttributeError(method)
        operation = "".join(word.capitalize() for word in method.split("_"))
        return lambda **parameters: self._call(operation, parameters)

    def close(self) -> None:
        """Close its connection, which the next call makes anew."""
        self._connection.close()

    def _call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        request = self._service.request(operation, parameters)
        for attempt in range(1, self._patience.attempts):
            try:
                return self._ask(operation, request)
            except Unanswered:
                pass
            except Refused as refusal:
                if not refusal.is_passing:
                    raise
            self._clock.sleep(pause_seconds(attempt, _PAUSE_SECONDS, self._clock))
        return self._ask(operation, request)

    def _ask(self, operation: str, request: ServiceRequest) -> dict[str, Any]:
        return trace_call(self._service.signs_as, operation, lambda: self._send(request))

    def _send(self, request: ServiceRequest) -> dict[str, Any]:
        from http.client import HTTPException  # noqa: PLC0415 - loaded with the connection

        try:
            status, headers, body = self._exchange(request)
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise Unanswered(f"{self._host} did not answer: {type(error).__name__}") from error
        if status < _REFUSED:
            return self._service.answer(body)
        raise Refused(self._service.refusal(headers, body) or f"Http{status}", status, body.decode(errors="replace"))

    def _exchange(self, request: ServiceRequest) -> tuple[int, Mapping[str, str], bytes]:
        self._prepare_connection()
        self._connection.request("POST", request.path, request.body, self._sign(request))
        response = self._connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()

    def _prepare_connection(self) -> None:
        """Make it anew, before anything is sent, where the other side has closed it while the function slept."""
        if self._connection.sock and _is_closed(self._connection.sock.fileno()):
            self._connection.close()
        if not self._connection.sock:
            self._connection.connect()
            self._connection.sock.settimeout(self._patience.read_timeout_seconds)

    def _sign(self, request: ServiceRequest) -> dict[str, str]:
        credentials = Credentials(
            os.environ.get("AWS_ACCESS_KEY_ID", ""),
            os.environ.get("AWS_SECRET_ACCESS_KEY", ""),
            os.environ.get("AWS_SESSION_TOKEN", ""),
        )
        scope = Scope(self._region, self._service.signs_as)
        headers = {**request.headers, "host": self._host}
        return sign(request.path, headers, request.body, scope, credentials, self._clock.now())


def _open(service: Service, region: str) -> tuple[str, HTTPConnection]:
    """The host by its name and the connection to it, which is made at the first call, with all that it loads then."""
    import encodings.idna  # noqa: F401, PLC0415 - for the name of the host
    from http.client import HTTPConnection, HTTPSConnection  # noqa: PLC0415 - only what calls a service

    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    address = os.environ.get("AWS_ENDPOINT_URL") or f"https://{service.host}.{region}.{suffix}"
    scheme, _, host = address.rstrip("/").partition("://")
    if scheme == "http":
        return host, HTTPConnection(host, timeout=CONNECT_TIMEOUT_SECONDS)
    from ssl import create_default_context  # noqa: PLC0415 - a connection to this machine needs none

    return host, HTTPSConnection(host, timeout=CONNECT_TIMEOUT_SECONDS, context=create_default_context())


def _is_closed(descriptor: int) -> bool:
    """Between two requests nothing comes but the end."""
    from select import POLLIN, poll  # noqa: PLC0415 - from the second call on

    watched = poll()
    watched.register(descriptor, POLLIN)
    return bool(watched.poll(0))
