"""What can go wrong while the state machine runs in memory."""

from __future__ import annotations


class UnsupportedDefinition(ValueError):
    """The definition uses a part of the Amazon States Language that this interpreter does not know."""


class ExecutionFailed(Exception):
    """A task failed for good, and no state caught the error."""
