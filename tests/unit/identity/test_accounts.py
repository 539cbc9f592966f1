from __future__ import annotations

import pytest
from tests.fakes import FakeClock
from tests.unit.identity.tables import CountingTable

from tradewind.aws.table import Update
from tradewind.identity.accounts import authenticate, new_user, register
from tradewind.identity.errors import AccountDisabled, EmailTaken, InvalidCredentials, TooManyAttempts
from tradewind.identity.model import AccountStatus, User
from tradewind.identity.reads import user_key
from tradewind.kernel.caller import Role
from tradewind_tools.memory.table import MemoryTable


class CountingPasswords:
    """Passwords kept as they are, and a count of the hashes that a real one would have computed."""

    def __init__(self) -> None:
        self.computed = 0

    def hash(self, password: str) -> str:
        self.computed += 1
        return password

    def verify(self, password_hash: str, password: str) -> bool:
        self.computed += 1
        return password_hash == password

    def is_outdated(self, password_hash: str) -> bool:
        return not password_hash


@pytest.fixture
def table() -> CountingTable:
    return CountingTable()


@pytest.fixture
def user(table: CountingTable, clock: FakeClock) -> User:
    user = new_user(
        email="ada@example.com",
        password_hash="right",
        first_name="Ada",
        last_name="Lovelace",
        role=Role.CUSTOMER,
        clock=clock,
    )
    register(user, table, clock, correlation_id="request-1")
    return user


def disable(user: User, table: MemoryTable) -> None:
    table.write(Update(user_key(user.user_id), set={"status": AccountStatus.DISABLED.value}))


def test_right_password_returns_the_user(user: User, table: CountingTable, clock: FakeClock) -> None:
    assert authenticate(" ADA@example.com", "right", table, clock, CountingPasswords()) == user


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com", "", "no address"])
def test_unknown_email_and_wrong_password_cost_and_look_the_same(
    email: str, table: CountingTable, clock: FakeClock
) -> None:
    table.trips.clear()
    passwords = CountingPasswords()
    with pytest.raises(InvalidCredentials, match="The email address or the password is wrong"):
        authenticate(email, "wrong", table, clock, passwords)
    assert passwords.computed == 1
    assert table.trips == ["read", "read", "write"]


def test_dummy_hash_signs_nobody_in_even_if_it_verifies(table: CountingTable, clock: FakeClock) -> None:
    class Yes(CountingPasswords):
        def verify(self, password_hash: str, password: str) -> bool:
            return bool(password_hash and password)

    with pytest.raises(InvalidCredentials):
        authenticate("nobody@example.com", "any", table, clock, Yes())


def test_closed_account_is_reported_for_the_right_password_only(
    user: User, table: CountingTable, clock: FakeClock
) -> None:
    disable(user, table)
    with pytest.raises(InvalidCredentials):
        authenticate("ada@example.com", "wrong", table, clock, CountingPasswords())
    with pytest.raises(AccountDisabled):
        authenticate("ada@example.com", "right", table, clock, CountingPasswords())


def test_second_account_with_an_address_is_refused_and_writes_nothing(
    user: User, table: CountingTable, clock: FakeClock
) -> None:
    before = len(table.stream)
    again = new_user(
        email=user.email, password_hash="-", first_name="A", last_name="B", role=Role.CUSTOMER, clock=clock
    )
    with pytest.raises(EmailTaken):
        register(again, table, clock, correlation_id="request-2")
    assert len(table.stream) == before


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_after_ten_failures_an_address_has_to_wait_whether_it_has_an_account_or_not(
    email: str, table: CountingTable, clock: FakeClock
) -> None:
    passwords = CountingPasswords()
    for _ in range(10):
        with pytest.raises(InvalidCredentials):
            authenticate(email.upper(), "wrong", table, clock, passwords)
    with pytest.raises(TooManyAttempts) as refusal:
        authenticate(email, "right", table, clock, passwords)
    assert passwords.computed == 10
    assert refusal.value.retry_after_seconds is not None
    assert 0 < refusal.value.retry_after_seconds <= 15 * 60


def test_right_password_is_accepted_after_the_window(user: User, table: CountingTable, clock: FakeClock) -> None:
    for _ in range(10):
        with pytest.raises(InvalidCredentials):
            authenticate(user.email, "wrong", table, clock, CountingPasswords())
    with pytest.raises(TooManyAttempts) as refusal:
        authenticate(user.email, "right", table, clock, CountingPasswords())
    clock.advance(refusal.value.retry_after_seconds or 0)
    assert authenticate(user.email, "right", table, clock, CountingPasswords()) == user


def test_failures_count_per_address(user: User, table: CountingTable, clock: FakeClock) -> None:
    for _ in range(11):
        with pytest.raises((InvalidCredentials, TooManyAttempts)):
            authenticate("eve@example.com", "wrong", table, clock, CountingPasswords())
    assert authenticate(user.email, "right", table, clock, CountingPasswords()) == user


def test_counted_failures_expire_with_their_window(table: CountingTable, clock: FakeClock) -> None:
    with pytest.raises(InvalidCredentials):
        authenticate("nobody@example.com", "wrong", table, clock, CountingPasswords())
    [(_, counted, _)] = table.stream
    assert counted is not None
    assert counted["failures"] == 1
    assert 0 < counted["expiresAt"] - clock.now().timestamp() <= 15 * 60


def test_whatever_is_typed_as_an_address_fits_into_a_key(table: CountingTable, clock: FakeClock) -> None:
    with pytest.raises(InvalidCredentials):
        authenticate("\ufdfa" * 1000, "wrong", table, clock, CountingPasswords())
    [(_, counted, _)] = table.stream
    assert counted is not None
    assert len(counted["PK"].encode()) <= 2048
