"""The change of an account's email address: wanted by the password, made by a link to the new address.

A link to the address before undoes it for seven days, whatever was changed since.
"""

from __future__ import annotations

import base64
from typing import Any, Final

from tradewind.aws.table import ConditionFailed, Put, TableBusy, Write
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity import accounts, email_history, links, reads, writes
from tradewind.identity.email_addresses import normalise_email
from tradewind.identity.errors import (
    ChangeLinkExpired,
    EmailTaken,
    EmailUnchanged,
    InvalidChangeLink,
    InvalidEmail,
    TooManyAttempts,
    TooManyEmailChanges,
    UserChanged,
    UserNotFound,
    WrongPassword,
)
from tradewind.identity.links import LinkToken
from tradewind.identity.messages import ChangeEmail, FollowChangeLink
from tradewind.identity.model import (
    MAX_EMAIL_CHANGES,
    AccountDeletionUndone,
    EmailChanged,
    EmailChangeRequested,
    EmailChangeUndone,
    PasswordResetRequested,
    PendingEmail,
    PreviousEmail,
    SecondFactor,
    SecondFactorRemoved,
    User,
    links_window_end,
)
from tradewind.identity.passwords import Argon2Passwords, Passwords
from tradewind.kernel.caller import AccountStatus, Role
from tradewind.kernel.clock import epoch_seconds, ulid
from tradewind.kernel.errors import Detail
from tradewind.kernel.events import EventData
from tradewind.shop import Shop

_PASSWORDS: Final[Passwords] = Argon2Passwords()
_RANDOM_BYTES = 32
_NOT_VALID = "This link is not valid, or was used already."


@endpoint(
    role=Role.CUSTOMER,
    body=ChangeEmail,
    status=202,
    errors=(
        WrongPassword,
        InvalidEmail,
        EmailUnchanged,
        UserNotFound,
        UserChanged,
        TooManyAttempts,
        TooManyEmailChanges,
        TableBusy,
    ),
)
def request_email_change(request: Request[ChangeEmail, Empty], shop: Shop) -> None:
    """Request another email address.

    A link goes to it, valid for half an hour and for one use; until it is followed, the address stays what it is. The
    answer is the same whether the address has an account or not.
    """
    wanted, now = normalise_email(request.body.email), shop.clock.now()
    user = reads.require_user(shop.table, request.caller.user_id)
    accounts.check_password(
        user,
        request.body.current_password,
        field="currentPassword",
        table=shop.table,
        clock=shop.clock,
        passwords=_PASSWORDS,
    )
    if wanted == user.email:
        details = (Detail("email", "is the address of your account already"),)
        raise EmailUnchanged("This is the email address of your account already.", details)
    _refuse_many(user, shop)
    pending = PendingEmail(ulid(shop.clock), wanted, user.password_version, requested_at=now)
    changes: list[Write] = [
        writes.request_email(user, pending),
        writes.count_link_request(reads.address_changes_key(wanted, now), now),
        writes.count_link_request(reads.account_changes_key(user.user_id, now), now),
        _record(EmailChangeRequested(user.user_id, pending.change_id), user, request, shop),
    ]
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        if error.positions == (0,):
            raise UserChanged("Your account was changed just now. Please try again.") from error
        raise TooManyEmailChanges(
            "We have sent several links already. Please check the inbox, or try again later.",
            retry_after_seconds=links_window_end(now) - epoch_seconds(now),
        ) from error


@endpoint(
    body=FollowChangeLink,
    status=204,
    errors=(InvalidChangeLink, ChangeLinkExpired, EmailTaken, UserChanged, TableBusy),
)
def confirm_email_change(request: Request[FollowChangeLink, Empty], shop: Shop) -> None:
    """Confirm another email address.

    `token` is what the link in the email ends with. From now on one signs in by the new address, which counts as
    verified. For seven days nobody can have the one before, and the link that is mailed to it undoes the change.
    """
    user, pending = _find_pending(request.body.token, shop)
    request.log.user_id, now = user.user_id, shop.clock.now()
    previous = email_history.append_change(user, pending, now)
    changes: list[Write] = [
        writes.claim_email(user.user_id, pending.email, now),
        writes.lock_email(user.user_id, user.email, previous[-1].undo_until),
        *writes.change_email(user, pending.email, previous, now),
        _record(EmailChanged(user.user_id, pending.change_id), user, request, shop),
    ]
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        if error.positions == (0,):
            raise EmailTaken("There is already an account with this email address.") from error
        raise UserChanged("Your account was changed just now. Please try again.") from error


@endpoint(body=FollowChangeLink, status=204, errors=(InvalidChangeLink, ChangeLinkExpired, UserChanged, TableBusy))
def undo_email_change(request: Request[FollowChangeLink, Empty], shop: Shop) -> None:
    """Undo the change of an email address.

    `token` is what the link in the email to the address before ends with. It undoes later changes, too, ends every
    session, removes a second factor that was added since, and voids the password: a link to a new one goes to the
    restored address. An account that is being deleted stays.
    """
    user, change = _find_change(request.body.token, shop)
    request.log.user_id = user.user_id
    changes: list[Write] = [
        *_restore(user, change, request, shop),
        _record(EmailChangeUndone(user.user_id, change.change_id), user, request, shop),
        _record(PasswordResetRequested(user.user_id, user.password_version + 1), user, request, shop),
        *([_record(AccountDeletionUndone(user.user_id), user, request, shop)] if user.reopens_as else []),
    ]
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        raise UserChanged("The account was changed just now. Please try again.") from error


def _refuse_many(user: User, shop: Shop) -> None:
    """Raises TooManyEmailChanges."""
    now = shop.clock.now()
    made = email_history.list_open(user, now)
    if len(made) >= MAX_EMAIL_CHANGES:
        raise TooManyEmailChanges(
            f"You have changed your email address {len(made)} times within a week. Please wait.",
            retry_after_seconds=epoch_seconds(made[0].undo_until) - epoch_seconds(now),
        )


def _find_pending(text: str, shop: Shop) -> tuple[User, PendingEmail]:
    """Raises InvalidChangeLink, also when the password was changed since, and ChangeLinkExpired."""
    token, user = _find_user(text, shop)
    pending = user.pending_email
    if pending is None or not user.is_active or pending.password_version != user.password_version:
        raise InvalidChangeLink(f"{_NOT_VALID} Please request the change again.")
    if not links.is_genuine(token, links.about_pending(pending), shop):
        raise InvalidChangeLink(f"{_NOT_VALID} Please request the change again.")
    if token.expiry <= epoch_seconds(shop.clock.now()):
        raise ChangeLinkExpired(
            "This link has expired: it was valid for half an hour. Please request the change again."
        )
    return user, pending


def _find_change(text: str, shop: Shop) -> tuple[User, PreviousEmail]:
    """Raises InvalidChangeLink, also when the change was undone or the account is erased, and ChangeLinkExpired."""
    token, user = _find_user(text, shop)
    is_gone = user.status is AccountStatus.DELETING and user.reopens_as is None
    changes = () if is_gone else user.previous_emails
    for change in changes:
        if links.is_genuine(token, links.about_previous(change), shop):
            if not change.is_open(shop.clock.now()):
                raise ChangeLinkExpired("This link has expired: it was valid for seven days. Please contact us.")
            return user, change
    raise InvalidChangeLink(f"{_NOT_VALID} Please copy all of it from our email.")


def _find_user(text: str, shop: Shop) -> tuple[LinkToken, User]:
    """Raises InvalidChangeLink."""
    token = links.parse_link_token(text)
    user = reads.find_user(shop.table, token.user_id) if token else None
    if token is None or user is None:
        raise InvalidChangeLink(f"{_NOT_VALID} Please copy all of it from our email.")
    return token, user


def _restore(user: User, change: PreviousEmail, request: Request[Any, Empty], shop: Shop) -> list[Write]:
    """Give the account its address back, let the later ones go, and set a password that nobody knows.

    A second factor that was added since the change was wanted goes, too: it is asked of whoever signs in.
    """
    now = shop.clock.now()
    factor = _find_factor_since(user, change, shop)
    kept, others = email_history.undo_change(user, change, now)
    password_hash = _PASSWORDS.hash(base64.b64encode(shop.clock.entropy(_RANDOM_BYTES)).decode())
    given_up: list[Write] = [
        writes.lock_email(user.user_id, email, until) if until else writes.release_email(user.user_id, email)
        for email, until in others.items()
    ]
    return [
        writes.reclaim_email(user.user_id, change.email),
        *writes.restore_email(user, change.email, kept, password_hash, now, waives_factor=factor is not None),
        *given_up,
        *_remove_factor(factor, user, request, shop),
    ]


def _find_factor_since(user: User, change: PreviousEmail, shop: Shop) -> SecondFactor | None:
    factor = reads.find_factor(shop.table, user.user_id)
    return factor if factor and factor.added_at >= change.requested_at else None


def _remove_factor(factor: SecondFactor | None, user: User, request: Request[Any, Empty], shop: Shop) -> list[Write]:
    if factor is None:
        return []
    return [writes.delete_factor(factor), _record(SecondFactorRemoved(user.user_id), user, request, shop)]


def _record(data: EventData, user: User, request: Request[Any, Empty], shop: Shop) -> Put:
    return writes.record_user_event(data, user.user_id, user.version + 1, shop.clock, request.log.correlation_id)
