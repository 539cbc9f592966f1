"""What can be refused about an account, a password or a session."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, Forbidden, NotFound, TooMany, Unauthenticated, Unprocessable


class EmailTaken(Conflict):
    """There is already an account with this email address."""


class InvalidEmail(Unprocessable):
    """This is not an email address that mail could be sent to."""


class WeakPassword(Unprocessable):
    """The password is among the first that anybody would try."""


class WrongPassword(Unprocessable):
    """The current password is not right."""


class InvalidCredentials(Unauthenticated):
    """The email or the password is not right; which of them stays a secret."""


class AccountDisabled(Forbidden):
    """The password is right, but the shop has closed the account."""


class TooManyAttempts(TooMany):
    """Too many sign-ins with this address have failed just now; also the right password has to wait."""


class InvalidToken(Unauthenticated):
    """The access token is not one of ours, or its time is over."""


class InvalidRefreshToken(Unauthenticated):
    """The refresh token is unknown, used up or expired: sign in again."""


class SessionRevoked(Unauthenticated):
    """The session was ended, by its owner or because an old refresh token came back: sign in again."""


class InvalidVerificationLink(Unprocessable):
    """The token is not one that was mailed to verify an address."""


class VerificationLinkExpired(Unprocessable):
    """The token was good once, but its time is over: ask for another link."""


class TooManyLinks(TooMany):
    """So many links were asked for with this address of late that one must have arrived: look there, or wait."""


class UserNotFound(NotFound):
    """There is no account with this id."""


class UserChanged(Conflict):
    """The account was changed meanwhile: try again."""
