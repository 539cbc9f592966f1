"""The least that Lambda can start: what every other start is measured against."""

from __future__ import annotations


def handle(_event: dict[str, object], _context: object) -> dict[str, object]:
    return {"statusCode": 200, "body": "{}"}
