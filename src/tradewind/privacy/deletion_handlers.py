"""Deleting an account: its owner's wish, or an administrator's decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from tradewind.aws.table import ConditionFailed, Put, TableBusy, Write
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.messages import RequestMessage, UserId
from tradewind.identity.public_writes import (
    Code,
    GivenPassword,
    OwnAccount,
    Owner,
    Proof,
    RecoveryCode,
    TooManyAttempts,
    User,
    UserChanged,
    UserNotFound,
    WrongCode,
    WrongPassword,
    close_account,
    confirm_owner,
    list_earlier_owners,
    require_user,
    undoable_until,
)
from tradewind.kernel.caller import AccountStatus, Role
from tradewind.kernel.errors import Detail
from tradewind.kernel.events import EventData
from tradewind.ordering.public_items import list_unfinished_orders
from tradewind.privacy import reads, writes
from tradewind.privacy.errors import OrdersUnfinished
from tradewind.privacy.model import GRACE, AccountDeletionRequested, AccountDeletionUndoable, Deletion
from tradewind.shop import Shop


class DeleteOwnAccount(RequestMessage, frozen=True):
    """The password, and for an account with a second factor a `code` or a `recoveryCode`."""

    password: GivenPassword
    code: Code | None = None
    recovery_code: RecoveryCode | None = None


class DeletedUserPath(RequestMessage, frozen=True):
    user_id: UserId


class DeletionView(Struct, frozen=True, rename="camel"):
    """The account is closed; what is known of its owner is gone within hours.

    Where its address was changed within a week, it is once that cannot be undone any more.
    """

    user_id: str
    status: AccountStatus
    requested_at: datetime


@endpoint(
    role=Role.CUSTOMER,
    body=DeleteOwnAccount,
    status=202,
    errors=(
        WrongPassword,
        WrongCode,
        OrdersUnfinished,
        OwnAccount,
        UserNotFound,
        UserChanged,
        TooManyAttempts,
        TableBusy,
    ),
)
def delete_own_account(request: Request[DeleteOwnAccount, Empty], shop: Shop) -> DeletionView:
    """Delete your account.

    It is closed at once, and everything about you is gone within hours; where its address was changed within a week,
    once that cannot be undone any more. Orders that were paid keep your name and
    address for as long as tax law demands, locked away. Orders that are not finished keep an account open.
    """
    wanted, user_id = request.body, request.caller.user_id
    owner = confirm_owner(user_id, wanted.password, Proof(wanted.code, wanted.recovery_code), shop)
    return _delete(owner, request, shop)


@endpoint(
    role=Role.ADMIN,
    params=DeletedUserPath,
    status=202,
    errors=(OrdersUnfinished, OwnAccount, UserNotFound, UserChanged, TableBusy),
)
def delete_account(request: Request[Empty, DeletedUserPath], shop: Shop) -> DeletionView:
    """Delete a user's account.

    As its owner would. Administrators delete no account of their own, so that one of them is left.
    """
    if request.params.user_id == request.caller.user_id:
        raise OwnAccount("You cannot delete your own account. Please ask another administrator.")
    return _delete(Owner(require_user(shop.table, request.params.user_id), []), request, shop)


def _delete(owner: Owner, request: Request[Any, Any], shop: Shop) -> DeletionView:
    """Close the account, which is to be erased; one that was deleted before stays so."""
    user = owner.user
    request.log.add(deletedUserId=user.user_id)
    if user.status is AccountStatus.DELETING:
        return _view(user, _find_request(user.user_id, shop))
    now = shop.clock.now()
    _refuse_unfinished_orders(user.user_id, now, shop)
    until = undoable_until(user, now)
    deletion = Deletion(user.user_id, now, request.caller.user_id, begins_at=until + GRACE if until else None)
    changes: list[Write] = [
        *close_account(user, shop),
        *owner.spending,
        writes.insert_deletion(deletion),
        *_record_events(user, request, shop),
    ]
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        raise UserChanged("The account was changed just now. Please try again.") from error
    return _view(user, now)


def _record_events(user: User, request: Request[Any, Any], shop: Shop) -> list[Put]:
    """What the mails follow from: one to the account's address, one to each that can undo a change of it."""
    facts: list[EventData] = [
        AccountDeletionRequested(user.user_id, request.caller.user_id),
        *(
            AccountDeletionUndoable(user.user_id, each.change_id)
            for each in list_earlier_owners(user, shop.clock.now())
        ),
    ]
    correlation_id, version = request.log.correlation_id, user.version + 1
    return [writes.record_event(fact, user.user_id, shop.clock, correlation_id, version) for fact in facts]


def _refuse_unfinished_orders(user_id: str, now: datetime, shop: Shop) -> None:
    """Raises OrdersUnfinished. An order that is placed at this moment is cancelled: its customer is not active."""
    orders = list_unfinished_orders(shop.table, user_id, now)
    if orders:
        raise OrdersUnfinished(
            "There are orders that are not finished yet. Please cancel them, or wait until they are.",
            tuple(Detail(order.order_id, f"is {order.status}") for order in orders),
        )


def _find_request(user_id: str, shop: Shop) -> datetime:
    deletion = reads.find_deletion(shop.table, user_id)
    return deletion.requested_at if deletion else shop.clock.now()


def _view(user: User, requested_at: datetime) -> DeletionView:
    return DeletionView(user.user_id, AccountStatus.DELETING, requested_at)
