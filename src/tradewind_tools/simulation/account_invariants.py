"""What must hold of accounts after every commit, and of what people were answered about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tradewind.kernel.clock import epoch_seconds
from tradewind.settings import Settings
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.address_invariants import AddressChecker
from tradewind_tools.simulation.attempt_invariants import AttemptChecker
from tradewind_tools.simulation.password_invariants import PasswordChecker
from tradewind_tools.simulation.scheduler import Scheduler
from tradewind_tools.simulation.session_invariants import SessionChecker


class AccountChecker:
    """Follows the accounts of a history; `violations` says what broke which rule."""

    def __init__(self, settings: Settings, scheduler: Scheduler, beginning: datetime) -> None:
        self.violations: list[str] = []
        self.sessions = SessionChecker()
        self.attempts = AttemptChecker(settings.sign_in_attempts_limit)
        self.addresses = AddressChecker()
        self.passwords = PasswordChecker()
        self._scheduler = scheduler
        self._beginning = beginning

    def check(self, records: Sequence[TableChange]) -> None:
        """Check the records of one commit."""
        now_ms = self._scheduler.now_ms
        now = self._beginning + timedelta(milliseconds=now_ms)
        self.sessions.update(records, now_ms)
        self.violations += self.passwords.update(records, now_ms)
        self.violations += self.addresses.update(records, epoch_seconds(now))
        if task := self._scheduler.current:
            for record in records:
                self.violations += self.attempts.update(record, task.origin)

    def record_verification(self, is_right: bool) -> None:  # noqa: FBT001 - what a hasher has found
        """Take in that the running task has compared a password with a hash."""
        if self._scheduler.current:
            self.violations += self.attempts.verify(self._scheduler.current, is_right=is_right)
