from __future__ import annotations

import pytest

from tradewind.kernel.caller import ANONYMOUS, Caller, Role
from tradewind.kernel.errors import AccountRequired, AdminOnly, SignInRequired

GUEST = Caller("G", Role.GUEST)
CUSTOMER = Caller("C", Role.CUSTOMER)
ADMIN = Caller("A", Role.ADMIN)


@pytest.mark.parametrize(
    ("caller", "role"),
    [(each, Role.PUBLIC) for each in (ANONYMOUS, GUEST, CUSTOMER, ADMIN)]
    + [(each, Role.GUEST) for each in (GUEST, CUSTOMER, ADMIN)]
    + [(CUSTOMER, Role.CUSTOMER), (ADMIN, Role.CUSTOMER), (ADMIN, Role.ADMIN)],
)
def test_who_passes(caller: Caller, role: Role) -> None:
    caller.must_be(role)


@pytest.mark.parametrize("role", [Role.GUEST, Role.CUSTOMER, Role.ADMIN])
def test_nobody_is_asked_to_sign_in(role: Role) -> None:
    with pytest.raises(SignInRequired):
        ANONYMOUS.must_be(role)


def test_guest_has_no_account() -> None:
    with pytest.raises(AccountRequired):
        GUEST.must_be(Role.CUSTOMER)
    with pytest.raises(AdminOnly):
        GUEST.must_be(Role.ADMIN)
    assert [each.role.has_account for each in (ANONYMOUS, GUEST, CUSTOMER, ADMIN)] == [False, False, True, True]
    assert [each.is_guest for each in (ANONYMOUS, GUEST, CUSTOMER)] == [False, True, False]


def test_customer_is_no_administrator() -> None:
    with pytest.raises(AdminOnly):
        CUSTOMER.must_be(Role.ADMIN)
    assert (CUSTOMER.is_admin, ADMIN.is_admin) == (False, True)
