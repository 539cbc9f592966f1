"""Verification of email addresses."""

from __future__ import annotations

from contextlib import suppress

from tradewind.aws.table import ConditionFailed, Put, TableBusy
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity import links, reads, writes
from tradewind.identity.email_addresses import fold_email
from tradewind.identity.errors import InvalidVerificationLink, TooManyVerificationRequests, VerificationLinkExpired
from tradewind.identity.links import LinkToken
from tradewind.identity.messages import ResendVerification, VerifyEmail
from tradewind.identity.model import (
    EmailVerificationRequested,
    EmailVerified,
    User,
    links_window_end,
)
from tradewind.kernel.clock import epoch_seconds
from tradewind.shop import Shop


@endpoint(body=VerifyEmail, status=204, errors=(InvalidVerificationLink, VerificationLinkExpired, TableBusy))
def verify_email(request: Request[VerifyEmail, Empty], shop: Shop) -> None:
    """Verify an email address.

    `token` is what the link in the email ends with. Following the link again changes nothing.
    """
    token = links.parse_link_token(request.body.token)
    if token is None:
        raise InvalidVerificationLink("This link is not valid. Please copy all of it from our email.")
    user = _find_owner(token, shop)
    request.log.user_id = user.user_id
    if user.email_verified:
        return
    if token.expiry <= epoch_seconds(shop.clock.now()):
        raise VerificationLinkExpired("This link has expired: it was valid for two days. Please request another.")
    event = writes.record_user_event(
        EmailVerified(user.user_id), user.user_id, user.version + 1, shop.clock, request.log.correlation_id
    )
    with suppress(ConditionFailed):  # the same link, followed twice at once
        shop.table.transact([writes.verify_email(user.user_id, shop.clock.now()), event])


@endpoint(body=ResendVerification, status=202, errors=(TooManyVerificationRequests, TableBusy))
def resend_verification(request: Request[ResendVerification, Empty], shop: Shop) -> None:
    """Request another verification email.

    The answer is the same whether the address has an account or not.
    """
    email, now = fold_email(request.body.email), shop.clock.now()
    user = reads.find_user_constant_time(shop.table, email)
    try:
        shop.table.transact(
            [writes.count_link_request(reads.links_key(email, now), now), *_record_request(user, request, shop)]
        )
    except ConditionFailed as error:
        raise TooManyVerificationRequests(
            "We have sent several links to this address. Please check your inbox, or try again later.",
            retry_after_seconds=links_window_end(now) - epoch_seconds(now),
        ) from error


def _find_owner(token: LinkToken, shop: Shop) -> User:
    """Raises InvalidVerificationLink."""
    user = reads.find_user(shop.table, token.user_id)
    if user is None or not links.is_genuine(token, user.email, shop):
        raise InvalidVerificationLink("This link is not valid. Please request another.")
    return user


def _record_request(user: User | None, request: Request[ResendVerification, Empty], shop: Shop) -> list[Put]:
    """Record the event that the email follows from; none without an active account, or when it is verified."""
    if user is None or user.email_verified or not user.is_active:
        return []
    data = EmailVerificationRequested(user.user_id)
    return [writes.record_user_event(data, user.user_id, user.version, shop.clock, request.log.correlation_id)]
