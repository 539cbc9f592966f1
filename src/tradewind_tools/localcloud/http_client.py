"""A few calls to our own addresses, with the standard library and one time-out."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status, and its body as JSON or as the text it is."""

    status: int
    body: Any


def call(method: str, url: str, body: object = None, token: str | None = None) -> Answer:
    """Send JSON, receive JSON. An error status is an answer, too. Raises `OSError` when nobody answers."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - the same
            return Answer(response.status, _parsed(response.read()))
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, _parsed(refusal.read()))


def _parsed(content: bytes) -> Any:  # noqa: ANN401 - JSON is whatever the other side says
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")
