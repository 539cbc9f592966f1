"""A few calls to our own addresses, with the standard library and one time-out."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status, its body as JSON or as the text it is, its headers by lower-case name."""

    status: int
    body: Any
    headers: Mapping[str, str]


def call(
    method: str, url: str, body: object = None, token: str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send JSON, receive JSON. An error status is an answer, too. Raises `OSError` when nobody answers."""
    own = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {**own, **(headers or {})}, method=method)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - the same
            return Answer(response.status, _parsed(response.read()), _by_name(response.headers))
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, _parsed(refusal.read()), _by_name(refusal.headers))


def _by_name(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _parsed(content: bytes) -> Any:  # noqa: ANN401 - JSON is whatever the other side says
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")
