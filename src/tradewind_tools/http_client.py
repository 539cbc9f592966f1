"""JSON over HTTP, to our own addresses and to a deployed shop, with kept connections and one time-out."""

from __future__ import annotations

import atexit
import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import httpx2

TIMEOUT_SECONDS: Final = 60


def call(
    method: str, url: str, body: object = None, token: str | None = None, headers: Mapping[str, str] | None = None
) -> httpx2.Response:
    """Send JSON; an error status is a response, too. Raises `httpx2.TransportError` when none comes."""
    own = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    content = None if body is None else json.dumps(body)
    return client_of(url).request(method, url, content=content, headers={**own, **(headers or {})})


def content_of(response: httpx2.Response) -> Any:  # noqa: ANN401 - JSON
    """What came back as JSON, or the text that it is instead."""
    try:
        return response.json()
    except ValueError:
        return response.text


def client_of(url: str) -> httpx2.Client:
    """The client of this process for such addresses."""
    return _client(is_secure=url.startswith("https:"))


@cache
def _client(*, is_secure: bool) -> httpx2.Client:
    import httpx2  # noqa: PLC0415 - slow to load: `./dev up` does it while its server starts

    # Where no certificate is checked, none need be loaded: that takes longer than many requests.
    client = httpx2.Client(verify=is_secure, timeout=TIMEOUT_SECONDS)
    atexit.register(client.close)
    return client
