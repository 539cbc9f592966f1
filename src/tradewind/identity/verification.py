"""Verifying that whoever has an account reads the mails to its address."""

from __future__ import annotations

from contextlib import suppress

from tradewind.aws.table import ConditionFailed, Put, TableBusy
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity import accounts, links, store
from tradewind.identity.errors import InvalidVerificationLink, TooManyLinks, VerificationLinkExpired
from tradewind.identity.links import LinkToken
from tradewind.identity.messages import ResendVerification, VerifyEmail
from tradewind.identity.model import (
    EmailVerificationRequested,
    EmailVerified,
    User,
    folded_email,
    links_window_end,
)
from tradewind.kernel.clock import epoch_seconds
from tradewind.shop import Shop


@endpoint(body=VerifyEmail, status=204, errors=(InvalidVerificationLink, VerificationLinkExpired, TableBusy))
def verify_email(request: Request[VerifyEmail, Empty], shop: Shop) -> None:
    """Verify an email address by the token of a link that was mailed to it; once more changes nothing."""
    token = links.parsed(request.body.token)
    user = _addressee(token, shop)
    request.log.user_id = user.user_id
    if user.email_verified:
        return
    if token.end <= epoch_seconds(shop.clock.now()):
        raise VerificationLinkExpired("This link was good for two days, and they are over. Please ask for another.")
    told = accounts.told_of(
        EmailVerified(user.user_id), user.user_id, user.version + 1, shop.clock, request.log.correlation_id
    )
    with suppress(ConditionFailed):  # the same link, followed twice at once
        shop.table.transact([store.verified(user.user_id, shop.clock.now()), told])


@endpoint(body=ResendVerification, status=202, errors=(TooManyLinks, TableBusy))
def resend_verification(request: Request[ResendVerification, Empty], shop: Shop) -> None:
    """Ask for another link to verify an email address; the answer is the same whether it has an account or not."""
    email, now = folded_email(request.body.email), shop.clock.now()
    user = store.user_or_nobody(shop.table, email)
    try:
        shop.table.transact([store.link_asked_for(email, now), *_requested(user, request, shop)])
    except ConditionFailed as error:
        raise TooManyLinks(
            "Several links were asked for with this address already. Please look into your mail, or wait a while.",
            retry_after_seconds=links_window_end(now) - epoch_seconds(now),
        ) from error


def _addressee(token: LinkToken, shop: Shop) -> User:
    """Raises InvalidVerificationLink."""
    user = store.user(shop.table, token.user_id)
    if user is None or not links.is_genuine(token, user.email, shop):
        raise InvalidVerificationLink("This link is not valid. Please ask for another.")
    return user


def _requested(user: User | None, request: Request[ResendVerification, Empty], shop: Shop) -> list[Put]:
    """The event that a letter tells of; none where there is nobody to write to, or nothing to verify."""
    if user is None or user.email_verified or not user.is_active:
        return []
    fact = EmailVerificationRequested(user.user_id)
    return [accounts.told_of(fact, user.user_id, user.version, shop.clock, request.log.correlation_id)]
