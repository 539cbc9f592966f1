"""What the functions wrote into their log groups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.logs import function_lines


def written(cloud: LocalCloud, function: str, **fields: str) -> list[dict[str, Any]]:
    """The JSON lines of one function whose top-level fields have these values, e.g. `requestId="…"`."""
    full_name = f"tradewind-local-{function}"
    texts = (text for name, text in function_lines(cloud.endpoint_url, function=full_name) if name == full_name)
    lines = (json.loads(text) for text in texts if text.startswith("{"))
    return [line for line in lines if all(line.get(name) == value for name, value in fields.items())]


def everything(cloud: LocalCloud, since_ms: int = 0) -> Iterator[tuple[str, str]]:
    """Every line of every function since then (ms since the epoch), with the function's name."""
    return function_lines(cloud.endpoint_url, since_ms)
