"""Guests: callers without an account, who have a token and by it a cart."""

from __future__ import annotations

from tradewind.edge.http import AUTHORIZATION, Empty, Request, endpoint
from tradewind.identity.errors import InvalidToken
from tradewind.identity.messages import GuestToken
from tradewind.identity.tokens import GuestTokens, parse_bearer
from tradewind.kernel.clock import ulid
from tradewind.kernel.partitions import GUEST_MARK
from tradewind.shop import Shop


@endpoint(errors=(InvalidToken,), headers=(AUTHORIZATION,), connects_to=())
def issue_guest_token(request: Request[Empty, Empty], shop: Shop) -> GuestToken:
    """Get a guest token.

    It lets somebody without an account have a cart. Sent with a guest token, the request renews it: the guest stays the
    same, for another 30 days. Nothing is stored before the guest puts something into the cart.
    """
    tokens = GuestTokens.of(shop)
    guest_id = _find_guest_id(request.headers.get(AUTHORIZATION), tokens) or f"{GUEST_MARK}{ulid(shop.clock)}"
    request.log.user_id = guest_id
    return GuestToken(tokens.issue(guest_id), guest_id, tokens.lifetime_seconds)


def _find_guest_id(authorization: str | None, tokens: GuestTokens) -> str | None:
    """Return whose token is to be renewed, None without one. Raises InvalidToken, also for that of an account."""
    if authorization is None:
        return None
    return tokens.verify(parse_bearer(authorization)).sub
