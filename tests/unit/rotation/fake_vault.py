"""A secret's versions in memory, as Secrets Manager keeps them."""

from __future__ import annotations

from tradewind.aws.vault import CURRENT, PENDING

PREVIOUS = "AWSPREVIOUS"


class VersionTaken(Exception):
    """A version never gets another value."""


class FakeVault:
    """Of one secret, whose first version is `first`."""

    def __init__(self, first: str = "the first value") -> None:
        self.values = {"first": first}
        self.stages = {CURRENT: "first"}

    def current_version(self, _secret_id: str) -> str:
        return self.stages[CURRENT]

    def value(self, _secret_id: str, version_id: str) -> str | None:
        return self.values.get(version_id)

    def keep_pending(self, _secret_id: str, version_id: str, value: str) -> None:
        if self.values.setdefault(version_id, value) != value:
            raise VersionTaken
        self.stages[PENDING] = version_id

    def put_in_use(self, _secret_id: str, version_id: str, instead_of: str) -> None:
        assert self.stages[CURRENT] == instead_of
        self.stages |= {CURRENT: version_id, PREVIOUS: instead_of}
