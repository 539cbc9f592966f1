"""Closing an account for good: who may, and what is written when it begins and when it ends."""

from __future__ import annotations

from typing import Final, NamedTuple

from tradewind.aws.table import Write
from tradewind.identity import accounts, attempts, email_history, factor_proofs, reads, writes
from tradewind.identity.errors import OwnAccount, WrongCode
from tradewind.identity.model import Proof, User
from tradewind.identity.passwords import Argon2Passwords, Passwords
from tradewind.kernel.errors import Detail
from tradewind.shop import Shop

_PASSWORDS: Final[Passwords] = Argon2Passwords()


class Owner(NamedTuple):
    """Somebody who has shown that an account is theirs.

    `spending` are the writes after which what they have shown of a second factor is good for nothing else: they belong
    into the transaction of what the owner wanted it for.
    """

    user: User
    spending: list[Write]


def confirm_owner(user_id: str, password: str, proof: Proof, shop: Shop) -> Owner:
    """Let a customer show once more that an account is theirs: by the password, and by a second factor if it has one.

    Raises UserNotFound, WrongPassword, WrongCode, TooManyAttempts, and OwnAccount to an administrator.
    """
    user = reads.require_user(shop.table, user_id)
    if user.is_admin:
        raise OwnAccount("An administrator's account is deleted by another administrator, so that one is left.")
    accounts.check_password(user, password, field="password", table=shop.table, clock=shop.clock, passwords=_PASSWORDS)
    return Owner(user, _spend_proof(user, proof, shop) if user.has_second_factor else [])


def close_account(user: User, shop: Shop) -> list[Write]:
    """Close an account for good, which ends its sessions; the condition fails when it was changed meanwhile.

    While a change of its address can be undone, undoing it opens the account again.
    """
    now = shop.clock.now()
    return writes.close_for_good(user, user.status if email_history.list_open(user, now) else None, now)


def _spend_proof(user: User, proof: Proof, shop: Shop) -> list[Write]:
    """Return the writes by which a right proof is used; nothing is written yet. Raises WrongCode, TooManyAttempts."""
    key = reads.factor_attempts_key(user.user_id)
    attempts.take_attempt(key, shop.table, shop.clock)
    factor = reads.find_factor(shop.table, user.user_id)
    used = factor_proofs.use_proof(factor, proof, shop.clock.now()) if factor else None
    if factor is None or used is None:
        raise WrongCode("The code is wrong, or was used before.", (Detail("code", "is wrong, or was used before"),))
    return [writes.replace_factor(used, factor), writes.forget_attempts(key)]
