"""A new password for somebody who has forgotten theirs, by a link to their address."""

from __future__ import annotations

from typing import Final

from tradewind.aws.table import ConditionFailed, Put, TableBusy, Write
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity import links, reads, writes
from tradewind.identity.email_addresses import fold_email
from tradewind.identity.errors import (
    InvalidResetLink,
    ResetLinkExpired,
    TooManyResetRequests,
    UserChanged,
    WeakPassword,
)
from tradewind.identity.messages import ForgotPassword, ResetPassword
from tradewind.identity.model import PasswordChanged, PasswordResetRequested, User, links_window_end
from tradewind.identity.passwords import Argon2Passwords, Passwords, refuse_weak
from tradewind.kernel.clock import epoch_seconds
from tradewind.shop import Shop

_PASSWORDS: Final[Passwords] = Argon2Passwords()


@endpoint(body=ForgotPassword, status=202, errors=(TooManyResetRequests, TableBusy))
def forgot_password(request: Request[ForgotPassword, Empty], shop: Shop) -> None:
    """Request a link to a new password.

    The answer is the same whether the address has an account or not. The link is valid for half an hour, for one use.
    """
    email, now = fold_email(request.body.email), shop.clock.now()
    user = reads.find_user_constant_time(shop.table, email)
    counted = writes.count_link_request(reads.reset_links_key(email, now), now)
    try:
        shop.table.transact([counted, _record_request(user, email, request, shop)])
    except ConditionFailed as error:
        raise TooManyResetRequests(
            "We have sent several links to this address. Please check your inbox, or try again later.",
            retry_after_seconds=links_window_end(now) - epoch_seconds(now),
        ) from error


@endpoint(
    body=ResetPassword,
    status=204,
    errors=(InvalidResetLink, ResetLinkExpired, WeakPassword, UserChanged, TableBusy),
)
def reset_password(request: Request[ResetPassword, Empty], shop: Shop) -> None:
    """Set a new password by a link.

    Every session ends, and so do the pauses between attempts at the password. The address counts as verified.
    """
    user = _find_owner(request.body.token, shop)
    request.log.user_id = user.user_id
    refuse_weak(request.body.new_password, user.email, field="newPassword")
    event = PasswordChanged(user_id=user.user_id)
    changes: list[Write] = [
        writes.reset_password(user, _PASSWORDS.hash(request.body.new_password), shop.clock.now()),
        writes.record_user_event(event, user.user_id, user.version + 1, shop.clock, request.log.correlation_id),
        writes.forget_attempts(reads.sign_in_attempts_key(user.email)),
        writes.forget_attempts(reads.password_attempts_key(user.user_id)),
    ]
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        raise UserChanged("Your account was changed just now. Please request another link.") from error


def _record_request(user: User | None, email: str, request: Request[ForgotPassword, Empty], shop: Shop) -> Put:
    """Record the event that the email follows from; where there is no active account, write as much of nothing."""
    if user is None or not user.is_active:
        return writes.fill_place_of_event(email, links_window_end(shop.clock.now()))
    data = PasswordResetRequested(user.user_id, user.password_version)
    return writes.record_user_event(data, user.user_id, user.version, shop.clock, request.log.correlation_id)


def _find_owner(text: str, shop: Shop) -> User:
    """Raises InvalidResetLink, also for a link that was used, and ResetLinkExpired."""
    token = links.parse_link_token(text)
    user = reads.find_user(shop.table, token.user_id) if token else None
    about = links.about_password(user.email, user.password_version) if user else ""
    if token is None or user is None or not user.is_active or not links.is_genuine(token, about, shop):
        raise InvalidResetLink("This link is not valid, or was used already. Please request another.")
    if token.expiry <= epoch_seconds(shop.clock.now()):
        raise ResetLinkExpired("This link has expired: it was valid for half an hour. Please request another.")
    return user
