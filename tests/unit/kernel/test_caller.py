from __future__ import annotations

import pytest

from tradewind.kernel.caller import ANONYMOUS, Caller, Permission, Role
from tradewind.kernel.errors import AccountRequired, AdminOnly, PermissionRequired, SignInRequired

GUEST = Caller("G", Role.GUEST)
CUSTOMER = Caller("C", Role.CUSTOMER)
STAFF = Caller("S", Role.STAFF, permissions=frozenset({Permission.ORDERS}))
ADMIN = Caller("A", Role.ADMIN)


@pytest.mark.parametrize(
    ("caller", "role"),
    [(each, Role.PUBLIC) for each in (ANONYMOUS, GUEST, CUSTOMER, STAFF, ADMIN)]
    + [(each, Role.GUEST) for each in (GUEST, CUSTOMER, STAFF, ADMIN)]
    + [(each, Role.CUSTOMER) for each in (CUSTOMER, STAFF, ADMIN)]
    + [(ADMIN, Role.ADMIN)],
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


def test_staff_are_no_administrators() -> None:
    with pytest.raises(AdminOnly):
        STAFF.must_be(Role.ADMIN)
    assert [each.is_staff for each in (ANONYMOUS, CUSTOMER, STAFF, ADMIN)] == [False, False, True, True]


@pytest.mark.parametrize("permission", Permission)
def test_permission_is_that_of_staff_who_have_it_and_of_administrators(permission: Permission) -> None:
    assert ADMIN.may(permission)
    assert STAFF.may(permission) is (permission is Permission.ORDERS)
    for caller, refusal in ((ANONYMOUS, SignInRequired), (CUSTOMER, PermissionRequired)):
        with pytest.raises(refusal):
            caller.must_have(permission)


def test_staff_as_customers_have_no_permission_left() -> None:
    assert STAFF.as_customer == Caller("S", Role.CUSTOMER)
