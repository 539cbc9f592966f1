"""What can be refused about dead letters."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, NotFound


class QueueNotFound(NotFound):
    """There is no dead-letter queue of this name."""


class NothingToRedrive(Conflict):
    """These messages have nowhere to go back to: a job that could not be started runs again by its schedule."""
