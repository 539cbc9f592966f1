"""What options of several commands have in common."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

_AGO = re.compile(r"(?P<count>\d{1,9})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def in_a_folder(path: Path | None) -> Path | None:
    """A file to write, refused before the work is done and not after it. Raises typer.BadParameter."""
    if path is not None and not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}")
    return path


def parse_moment(text: str) -> datetime:
    """A time, in UTC unless it says otherwise: `10m` ago, `2026-11-30T08:17`. Raises typer.BadParameter."""
    try:
        if ago := _AGO.fullmatch(text.strip()):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago["unit"]]: int(ago["count"])})
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is no time: say 30s, 10m, 2h, 1d or 2026-11-30T08:17 (UTC)") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_pattern(text: str) -> re.Pattern[str]:
    """A regular expression, whatever the case. Raises typer.BadParameter."""
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as fault:
        raise typer.BadParameter(f"{text!r} is no regular expression: {fault}") from None
