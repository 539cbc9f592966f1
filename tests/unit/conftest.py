from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from tests.fakes import FakeClock

from tradewind.identity import passwords

if TYPE_CHECKING:
    import boto3
    from argon2 import PasswordHasher


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def boto_session() -> boto3.Session:
    """One for all tests: it keeps the descriptions of the services, which take longer to read than a test to run."""
    import boto3  # noqa: PLC0415 - most tests need no client

    return boto3.Session("a", "b", region_name="us-east-1")


@cache
def cheap_hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 - likewise

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as production does, with a thousandth of its memory; `test_passwords.py` takes what it takes."""
    monkeypatch.setattr(passwords, "_argon2", cheap_hasher)
