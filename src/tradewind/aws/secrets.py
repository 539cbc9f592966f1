"""Secrets through the local endpoint of the AWS Parameters and Secrets Lambda extension: no SDK on the request path.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

import msgspec

from tradewind.kernel.clock import BEGINNING, Clock, epoch_seconds
from tradewind.kernel.keys import signs_from

_DEFAULT_PORT = 2773
_TIMEOUT_SECONDS = 3.0
_KEPT_FOR = timedelta(minutes=5)
_READ_BYTES = 65536
_CURRENT, _PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
_NEVER = (BEGINNING, None)
_NOT_FOUND = (b"ResourceNotFound", b"can't find")
"""Secrets Manager answers 400 to most errors, throttling among them: only its words say that there is no such version.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""


class SecretUnavailable(Exception):
    """The extension did not give the secret; the invocation fails and is logged, the value never is."""


class Secret(msgspec.Struct, frozen=True, rename="pascal"):
    """`version_id` names the value, so that a signature can say which one made it."""

    secret_string: str
    version_id: str


class Secrets(Protocol):
    def current(self, name: str) -> Secret:
        """The value to use. Raises SecretUnavailable."""
        ...

    def previous(self, name: str) -> Secret | None:
        """The value before the last rotation, still valid for what it signed; None if there is none."""
        ...


def find_signing_key(secrets: Secrets, name: str, clock: Clock) -> Secret:
    """The value to sign with: the current one once every verifier knows it, until then the one before.

    Raises SecretUnavailable.
    """
    current = secrets.current(name)
    if signs_from(current.secret_string) <= epoch_seconds(clock.now()):
        return current
    return secrets.previous(name) or current


def list_verifying_keys(secrets: Secrets, name: str) -> Iterator[Secret]:
    """The values that may have signed what is still valid, each read when it is needed. Raises SecretUnavailable.

    The current one comes first: read after it, the previous one cannot be older than the one before.
    """
    yield secrets.current(name)
    previous = secrets.previous(name)
    if previous is not None:
        yield previous


Fetch: TypeAlias = Callable[[str, str], Secret | None]
"""Asks for a secret by its name and the stage of its version; None when there is none."""


class ExtensionSecrets:
    """Keeps each value for five minutes, as the extension itself does.

    The extension keeps the current and the previous value apart: after a rotation it may give the new current one and
    still the old previous one, without what was current in between. So what we see replaced we remember ourselves.
    """

    def __init__(self, clock: Clock, fetch: Fetch | None = None) -> None:
        self._clock = clock
        self._fetch = fetch or _fetch
        self._known: dict[tuple[str, str], tuple[datetime, Secret | None]] = {}

    def current(self, name: str) -> Secret:
        replaced = self._last_seen(name)
        secret = self._read(name, _CURRENT)
        if secret is None:
            raise SecretUnavailable(f"the secret {name!r} does not exist")
        if replaced not in {None, secret}:
            self._known[name, _PREVIOUS] = (self._clock.now(), replaced)
        return secret

    def previous(self, name: str) -> Secret | None:
        return self._read(name, _PREVIOUS)

    def _last_seen(self, name: str) -> Secret | None:
        """The current value as we knew it; not after a long silence, in which there may have been another since."""
        seen_at, secret = self._known.get((name, _CURRENT), _NEVER)
        return secret if self._clock.now() - seen_at < 2 * _KEPT_FOR else None

    def _read(self, name: str, stage: str) -> Secret | None:
        known = self._known.get((name, stage))
        if known and self._clock.now() - known[0] < _KEPT_FOR:
            return known[1]
        secret = self._fetch(name, stage)
        self._known[name, stage] = (self._clock.now(), secret)
        return secret


def _fetch(name: str, stage: str) -> Secret | None:
    """A plain HTTP/1.0 request by hand: the standard library's client would double a function's start-up time."""
    import socket  # noqa: PLC0415 - likewise, for a function without secrets

    port = int(os.environ.get("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", _DEFAULT_PORT))
    request = (
        f"GET /secretsmanager/get?secretId={name.replace('/', '%2F')}&versionStage={stage} HTTP/1.0\r\n"
        f"Host: localhost:{port}\r\n"
        f"X-Aws-Parameters-Secrets-Token: {os.environ.get('AWS_SESSION_TOKEN') or 'local'}\r\n\r\n"
    )
    try:
        with socket.socket() as connection:
            connection.settimeout(_TIMEOUT_SECONDS)
            connection.connect(("127.0.0.1", port))
            connection.sendall(request.encode())
            answer = b"".join(iter(lambda: connection.recv(_READ_BYTES), b""))
    except OSError as error:
        raise SecretUnavailable(f"the secrets extension on port {port} does not answer: {error}") from error
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1] if head.count(b" ") > 1 else b""
    if status == b"200":
        return msgspec.json.decode(body, type=Secret)
    if status in {b"400", b"404"} and any(words in body for words in _NOT_FOUND):
        return None
    raise SecretUnavailable(f"the secrets extension answered {status.decode() or 'nothing'} for {name!r}")
