from __future__ import annotations

import pytest
from tests.fakes import FakeClock
from tests.unit.identity.tables import CountingTable

from tradewind.aws.table import Update
from tradewind.identity.accounts import authenticate, new_account, register
from tradewind.identity.errors import AccountDisabled, EmailTaken, InvalidCredentials
from tradewind.identity.model import AccountStatus, User
from tradewind.identity.store import user_key
from tradewind.kernel.caller import Role
from tradewind_tools.simulation.memory_table import MemoryTable


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
    user = new_account(
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


def test_the_right_password_tells_who_it_is(user: User, table: CountingTable) -> None:
    assert authenticate(" ADA@example.com", "right", table, CountingPasswords()) == user


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com", "", "no address"])
def test_unknown_email_and_wrong_password_cost_the_same_and_look_the_same(email: str, table: CountingTable) -> None:
    table.trips.clear()
    passwords = CountingPasswords()
    with pytest.raises(InvalidCredentials, match="The email address or the password is not right"):
        authenticate(email, "wrong", table, passwords)
    assert passwords.computed == 1
    assert table.trips == ["read", "read"]


def test_the_hash_of_nobody_signs_nobody_in(table: CountingTable) -> None:
    class Yes(CountingPasswords):
        def verify(self, password_hash: str, password: str) -> bool:
            return bool(password_hash and password)

    with pytest.raises(InvalidCredentials):
        authenticate("nobody@example.com", "any", table, Yes())


def test_a_closed_account_shows_itself_to_the_right_password_only(user: User, table: CountingTable) -> None:
    disable(user, table)
    with pytest.raises(InvalidCredentials):
        authenticate("ada@example.com", "wrong", table, CountingPasswords())
    with pytest.raises(AccountDisabled):
        authenticate("ada@example.com", "right", table, CountingPasswords())


def test_a_second_account_with_the_address_is_refused_and_leaves_nothing(
    user: User, table: CountingTable, clock: FakeClock
) -> None:
    before = len(table.stream)
    again = new_account(
        email=user.email, password_hash="-", first_name="A", last_name="B", role=Role.CUSTOMER, clock=clock
    )
    with pytest.raises(EmailTaken):
        register(again, table, clock, correlation_id="request-2")
    assert len(table.stream) == before
