"""What the command line tells a person instead of a trace."""

from __future__ import annotations


class Refusal(Exception):
    """A reason not to go on; its text is one clear line that says what to do."""
