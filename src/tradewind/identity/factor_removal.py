"""The removal of a second factor that was lost with its recovery codes, by the shop's people, after a wait.

Whoever persuades the staff is not always the account's owner. So the factor stays for some days: the owner gets a mail
at once, and signing in by the factor ends it all. The password is needed before and after, and nobody of the staff gets
to know or to choose one.
"""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed, TableBusy, Write
from tradewind.edge.http import Request, endpoint
from tradewind.identity import email_history, reads, writes
from tradewind.identity.errors import (
    AccountDeleting,
    EmailChangedLately,
    NoSecondFactor,
    OwnAccount,
    UserChanged,
    UserNotFound,
)
from tradewind.identity.messages import FactorRemovalView, RemoveUsersFactor, UserPath
from tradewind.identity.model import FACTOR_REMOVAL_DELAY, FactorRemoval, SecondFactorRemovalRequested, User
from tradewind.kernel.caller import AccountStatus, Caller, Permission, Role
from tradewind.kernel.errors import AdminOnly
from tradewind.shop import Shop


@endpoint(
    permission=Permission.CUSTOMERS,
    params=UserPath,
    body=RemoveUsersFactor,
    status=202,
    errors=(
        UserNotFound,
        OwnAccount,
        AccountDeleting,
        AdminOnly,
        NoSecondFactor,
        EmailChangedLately,
        UserChanged,
        TableBusy,
    ),
)
def request_factor_removal(request: Request[RemoveUsersFactor, UserPath], shop: Shop) -> FactorRemovalView:
    """Remove a user's second factor.

    For somebody who has lost it and the recovery codes. All their sessions end, and a mail tells them; after three days
    the factor is gone, unless somebody signs in by it until then, or the account is closed. The password stays as it
    is, and is needed. Second factors of the shop's people are for administrators. Asking again changes nothing.
    """
    user = reads.require_user(shop.table, request.params.user_id)
    _refuse(user, request.caller, shop)
    if user.second_factor_removal_at is not None:
        return FactorRemovalView(user.user_id, user.second_factor_removal_at)
    now = shop.clock.now()
    due_at = now + FACTOR_REMOVAL_DELAY
    removal = FactorRemoval(user.user_id, request.caller.user_id, request.body.reason, now, due_at)
    event = SecondFactorRemovalRequested(user.user_id, request.caller.user_id, due_at)
    changes: list[Write] = [
        *writes.request_factor_removal(user, removal),
        writes.record_user_event(event, user.user_id, user.version + 1, shop.clock, request.log.correlation_id),
    ]
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        raise UserChanged("The account was changed just now. Please try again.") from error
    return FactorRemovalView(user.user_id, due_at)


def _refuse(user: User, caller: Caller, shop: Shop) -> None:
    """Raises OwnAccount, AdminOnly, AccountDeleting, NoSecondFactor, EmailChangedLately."""
    if user.user_id == caller.user_id:
        raise OwnAccount("You cannot have your own second factor removed. Please ask an administrator.")
    if user.access.is_staff:
        caller.must_be(Role.ADMIN)
    if user.status is AccountStatus.DELETING:
        raise AccountDeleting("This account is being deleted.")
    if not user.has_second_factor:
        raise NoSecondFactor("This account has no second factor.")
    if email_history.list_open(user, shop.clock.now()):
        raise EmailChangedLately(
            "The address of this account was changed within a week. Please wait until that is over."
        )
