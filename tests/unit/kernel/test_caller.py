from __future__ import annotations

import pytest

from tradewind.kernel.caller import ANONYMOUS, Caller, Role
from tradewind.kernel.errors import AdminOnly, SignInRequired

CUSTOMER = Caller("C", Role.CUSTOMER)
ADMIN = Caller("A", Role.ADMIN)


@pytest.mark.parametrize(
    ("caller", "role"),
    [(each, Role.PUBLIC) for each in (ANONYMOUS, CUSTOMER, ADMIN)]
    + [(CUSTOMER, Role.CUSTOMER), (ADMIN, Role.CUSTOMER), (ADMIN, Role.ADMIN)],
)
def test_who_passes(caller: Caller, role: Role) -> None:
    caller.must_be(role)


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.ADMIN])
def test_nobody_is_asked_to_sign_in(role: Role) -> None:
    with pytest.raises(SignInRequired):
        ANONYMOUS.must_be(role)


def test_customer_is_no_administrator() -> None:
    with pytest.raises(AdminOnly):
        CUSTOMER.must_be(Role.ADMIN)
    assert (CUSTOMER.is_admin, ADMIN.is_admin) == (False, True)
