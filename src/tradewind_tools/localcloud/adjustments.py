"""Where MiniStack is made to behave more like AWS, or faster: each adjustment small, with its reason and its test."""

from __future__ import annotations


def apply() -> None:
    """Make every adjustment. Call once, before the first request."""


def stop_workers() -> None:
    """End the functions' worker processes: MiniStack leaves them to notice by themselves."""
    from ministack.core import lambda_runtime  # noqa: PLC0415 - reads its settings from the environment when imported

    lambda_runtime.reset()
