"""The addresses that accounts have had in a history, from every image of them."""

from __future__ import annotations

from collections import defaultdict

from tradewind.aws.table import Item
from tradewind_tools.memory.table import MemoryTable


class AccountAddresses:
    """`by_account` has each address that was an account's; `wanted` and `left` have those of changes, by change id."""

    def __init__(self, table: MemoryTable) -> None:
        self.by_account: dict[str, set[str]] = defaultdict(set)
        self.wanted: dict[str, str] = {}
        self.left: dict[str, str] = {}
        self._wanted_by: dict[str, set[str]] = defaultdict(set)
        for record in table.stream:
            image = record.new_image
            if image and image["SK"] == "PROFILE" and image["PK"].startswith("USER#"):
                self._add(image)

    def all_of(self, user_id: str) -> set[str]:
        """Those that an account had, or was to have."""
        return self.by_account[user_id] | self._wanted_by[user_id]

    def of_others(self, user_id: str) -> set[str]:
        """Those that other accounts had, or were to have."""
        return {email for other in self.by_account if other != user_id for email in self.all_of(other)}

    def _add(self, account: Item) -> None:
        user_id: str = account["userId"]
        self.by_account[user_id].add(account["email"])
        pending = account.get("pendingEmail")
        if pending:
            self.wanted[pending["changeId"]] = pending["email"]
            self._wanted_by[user_id].add(pending["email"])
        for change in account.get("previousEmails", ()):
            self.left[change["changeId"]] = change["email"]
