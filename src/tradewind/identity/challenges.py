"""Challenges: what a right password alone gives, where an account has a second factor.

A challenge is a token of a type of its own, signed with the key of access tokens; nothing but the second half of
signing in accepts it. It is of use with a code alone, and each code is good once, so the challenge need not be.
"""

from __future__ import annotations

from tradewind.identity.errors import InvalidChallenge, InvalidToken
from tradewind.identity.model import CHALLENGE_LIFETIME, User
from tradewind.identity.tokens import SignedClaims, SignedTokens

_TYPE = "challenge"


class Challenges(SignedTokens):
    """Tokens that say: whoever holds this has given the right password a moment ago."""

    def issue(self, user: User) -> str:
        """Issue a challenge to a user whose password was right. Raises SecretUnavailable."""
        lifetime_seconds = int(CHALLENGE_LIFETIME.total_seconds())
        return self._sign(SignedClaims(**self._common(_TYPE, user.user_id, user.password_version, lifetime_seconds)))

    def verify(self, challenge: str) -> SignedClaims:
        """Return the claims of a challenge that is ours and has not expired.

        Raises InvalidChallenge, SecretUnavailable.
        """
        try:
            return self._verify(challenge, {_TYPE: SignedClaims})
        except InvalidToken as error:
            raise InvalidChallenge("This sign-in has expired. Please begin again with your password.") from error
