from __future__ import annotations

import pytest
from tests.fakes import FakeClock
from tests.unit.identity.people import at_once
from tests.unit.identity.tables import CountingTable

from tradewind.aws.table import Delete, Item, Put, TableBusy, Update
from tradewind.edge.access import user_key
from tradewind.identity.accounts import authenticate, new_user, register
from tradewind.identity.errors import AccountDisabled, EmailTaken, InvalidCredentials, TooManyAttempts
from tradewind.identity.model import FREE_ATTEMPTS, RevocationReason, User
from tradewind.identity.sessions import open_session
from tradewind.identity.writes import insert_session, revoke_session
from tradewind.kernel.caller import AccountStatus, Role
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


def use_up_attempts(email: str, table: MemoryTable, clock: FakeClock, refresh_token: str | None = None) -> None:
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(InvalidCredentials):
            authenticate(email, "wrong", refresh_token, table=table, clock=clock, passwords=CountingPasswords())


def disable(user: User, table: MemoryTable) -> None:
    table.write(Update(user_key(user.user_id), set={"status": AccountStatus.DISABLED.value}))


def test_right_password_returns_the_user(user: User, table: CountingTable, clock: FakeClock) -> None:
    assert (
        authenticate(" ADA@example.com", "right", None, table=table, clock=clock, passwords=CountingPasswords()) == user
    )


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com", "", "no address"])
def test_unknown_email_and_wrong_password_cost_and_look_the_same(
    email: str, table: CountingTable, clock: FakeClock
) -> None:
    table.trips.clear()
    passwords = CountingPasswords()
    with pytest.raises(InvalidCredentials, match="The email address or the password is wrong"):
        authenticate(email, "wrong", None, table=table, clock=clock, passwords=passwords)
    assert passwords.computed == 1
    assert table.trips == ["read", "write", "read", "read"]


def test_dummy_hash_signs_nobody_in_even_if_it_verifies(table: CountingTable, clock: FakeClock) -> None:
    class Yes(CountingPasswords):
        def verify(self, password_hash: str, password: str) -> bool:
            return bool(password_hash and password)

    with pytest.raises(InvalidCredentials):
        authenticate("nobody@example.com", "any", None, table=table, clock=clock, passwords=Yes())


def test_closed_account_is_reported_for_the_right_password_only(
    user: User, table: CountingTable, clock: FakeClock
) -> None:
    disable(user, table)
    with pytest.raises(InvalidCredentials):
        authenticate("ada@example.com", "wrong", None, table=table, clock=clock, passwords=CountingPasswords())
    with pytest.raises(AccountDisabled):
        authenticate("ada@example.com", "right", None, table=table, clock=clock, passwords=CountingPasswords())


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
            authenticate(email.upper(), "wrong", None, table=table, clock=clock, passwords=passwords)
    with pytest.raises(TooManyAttempts) as refusal:
        authenticate(email, "right", None, table=table, clock=clock, passwords=passwords)
    assert passwords.computed == 10
    assert refusal.value.retry_after_seconds == 60


def test_right_password_is_accepted_after_the_pause_and_gives_the_attempts_back(
    user: User, table: CountingTable, clock: FakeClock
) -> None:
    use_up_attempts(user.email, table, clock)
    clock.advance(60)
    assert authenticate(user.email, "right", None, table=table, clock=clock, passwords=CountingPasswords()) == user
    use_up_attempts(user.email, table, clock)


def test_pauses_grow_with_every_further_failure(table: CountingTable, clock: FakeClock) -> None:
    use_up_attempts("nobody@example.com", table, clock)
    pauses = []
    for _ in range(7):
        with pytest.raises(TooManyAttempts) as refusal:
            authenticate("nobody@example.com", "any", None, table=table, clock=clock, passwords=CountingPasswords())
        pauses.append(refusal.value.retry_after_seconds or 0)
        clock.advance(pauses[-1])
        with pytest.raises(InvalidCredentials):
            authenticate("nobody@example.com", "any", None, table=table, clock=clock, passwords=CountingPasswords())
    assert pauses == [60, 120, 240, 480, 900, 900, 900]


def test_of_two_hundred_attempts_at_once_no_more_are_verified_than_are_free(
    user: User, table: CountingTable, clock: FakeClock
) -> None:
    passwords = CountingPasswords()

    def guess() -> None:
        with pytest.raises((InvalidCredentials, TooManyAttempts)):
            authenticate(user.email, "wrong", None, table=table, clock=clock, passwords=passwords)

    at_once(200, guess)
    assert passwords.computed == 10


def test_attempts_after_a_pause_are_let_through_one_at_a_time(
    user: User, table: CountingTable, clock: FakeClock
) -> None:
    use_up_attempts(user.email, table, clock)
    clock.advance(60)
    passwords = CountingPasswords()

    def guess() -> None:
        with pytest.raises((InvalidCredentials, TooManyAttempts)):
            authenticate(user.email, "wrong", None, table=table, clock=clock, passwords=passwords)

    at_once(50, guess)
    assert passwords.computed == 1


def test_count_begins_anew_after_a_day(user: User, table: CountingTable, clock: FakeClock) -> None:
    use_up_attempts(user.email, table, clock)
    clock.advance(86_400)
    use_up_attempts(user.email, table, clock)


def test_device_of_an_earlier_session_is_not_kept_out_by_a_stranger(
    user: User, table: CountingTable, clock: FakeClock
) -> None:
    session, spent = open_session(user, clock)
    table.write(insert_session(session))
    table.write(revoke_session(user.user_id, session.session_id, spent.family_fingerprint, RevocationReason.SIGNED_OUT))
    use_up_attempts(user.email, table, clock)
    known = authenticate(user.email, "right", str(spent), table=table, clock=clock, passwords=CountingPasswords())
    assert known == user


def test_known_device_may_not_guess_forever(user: User, table: CountingTable, clock: FakeClock) -> None:
    session, token = open_session(user, clock)
    table.write(insert_session(session))
    use_up_attempts(user.email, table, clock, str(token))
    with pytest.raises(TooManyAttempts):
        authenticate(user.email, "right", str(token), table=table, clock=clock, passwords=CountingPasswords())


@pytest.mark.parametrize("forge", ["x", "{user}.{session}.guess"])
def test_token_that_the_account_never_gave_out_helps_nobody(
    forge: str, user: User, table: CountingTable, clock: FakeClock
) -> None:
    session, _ = open_session(user, clock)
    table.write(insert_session(session))
    use_up_attempts(user.email, table, clock)
    forged = forge.format(user=user.user_id, session=session.session_id)
    with pytest.raises(TooManyAttempts):
        authenticate(user.email, "right", forged, table=table, clock=clock, passwords=CountingPasswords())


def test_session_of_another_account_helps_nobody(user: User, table: CountingTable, clock: FakeClock) -> None:
    eve = new_user(
        email="eve@example.com", password_hash="-", first_name="E", last_name=None, role=Role.CUSTOMER, clock=clock
    )
    register(eve, table, clock, correlation_id="request-2")
    session, token = open_session(eve, clock)
    table.write(insert_session(session))
    use_up_attempts(user.email, table, clock)
    with pytest.raises(TooManyAttempts):
        authenticate(user.email, "right", str(token), table=table, clock=clock, passwords=CountingPasswords())


def test_failures_count_per_address(user: User, table: CountingTable, clock: FakeClock) -> None:
    for _ in range(11):
        with pytest.raises((InvalidCredentials, TooManyAttempts)):
            authenticate("eve@example.com", "wrong", None, table=table, clock=clock, passwords=CountingPasswords())
    assert authenticate(user.email, "right", None, table=table, clock=clock, passwords=CountingPasswords()) == user


class BusyTable(MemoryTable):
    def write(self, write: Put | Update | Delete) -> Item | None:
        raise TableBusy(f"throttled: {write}")


def test_attempt_that_cannot_be_counted_is_refused_and_verified_by_nobody(clock: FakeClock) -> None:
    passwords = CountingPasswords()
    with pytest.raises(TooManyAttempts):
        authenticate("ada@example.com", "right", None, table=BusyTable(), clock=clock, passwords=passwords)
    assert passwords.computed == 0


def test_counted_attempts_expire_after_a_day(table: CountingTable, clock: FakeClock) -> None:
    with pytest.raises(InvalidCredentials):
        authenticate("nobody@example.com", "wrong", None, table=table, clock=clock, passwords=CountingPasswords())
    [(_, counted, _)] = table.stream
    assert counted is not None
    assert counted["attempts"] == 1
    assert 0 < counted["expiresAt"] - clock.now().timestamp() <= 86_400


def test_whatever_is_typed_as_an_address_fits_into_a_key(table: CountingTable, clock: FakeClock) -> None:
    with pytest.raises(InvalidCredentials):
        authenticate("\ufdfa" * 1000, "wrong", None, table=table, clock=clock, passwords=CountingPasswords())
    [(_, counted, _)] = table.stream
    assert counted is not None
    assert len(counted["PK"].encode()) <= 2048
