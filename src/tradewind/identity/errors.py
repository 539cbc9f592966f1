"""Errors about accounts, passwords, tokens and sessions."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, Forbidden, NotFound, TooMany, Unauthenticated, Unprocessable


class EmailTaken(Conflict):
    """There is already an account with this email address."""


class InvalidEmail(Unprocessable):
    """This is not an email address that the shop can send to."""


class WeakPassword(Unprocessable):
    """The password is too easy to guess."""


class WrongPassword(Unprocessable):
    """The current password is wrong."""


class InvalidCredentials(Unauthenticated):
    """The email address or the password is wrong; the error does not say which."""


class AccountDisabled(Forbidden):
    """The password is right, but the account is closed."""


class TooManyAttempts(TooMany):
    """Too many attempts at a password or a code have failed; try again after `Retry-After`, even with the right one."""


class SecondFactorRequired(Unauthenticated):
    """The password is right, and the account has a second factor: send `challenge` with a code of it."""


class InvalidChallenge(Unauthenticated):
    """The challenge is not valid, or has expired: begin again with the password."""


class InvalidCode(Unauthenticated):
    """The code is wrong or was used before; the error does not say which."""


class WrongCode(Unprocessable):
    """The code is wrong or was used before; the error does not say which."""


class SecondFactorActive(Conflict):
    """The account has a second factor: remove it first."""


class SecondFactorNotBegun(Conflict):
    """No second factor waits for its first code, or it has waited too long: begin again."""


class NoSecondFactor(Conflict):
    """The account has no second factor."""


class EmailChangedLately(Conflict):
    """The account has another address since a few days, and who had the one before can still undo that."""


class InvalidToken(Unauthenticated):
    """The access token is not valid, or has expired."""


class InvalidRefreshToken(Unauthenticated):
    """The refresh token is unknown, already used or expired: sign in again."""


class SessionRevoked(Unauthenticated):
    """The session was ended, by its owner or because a used refresh token came back: sign in again."""


class SessionNotFound(NotFound):
    """There is no session with this id, or it is somebody else's."""


class InvalidVerificationLink(Unprocessable):
    """The token is not that of a verification link."""


class VerificationLinkExpired(Unprocessable):
    """The verification link has expired: request another."""


class TooManyVerificationRequests(TooMany):
    """Too many verification links were requested for this address: use the last one, or wait for `Retry-After`."""


class InvalidResetLink(Unprocessable):
    """The token is not that of a link to a new password, or the password was changed since."""


class ResetLinkExpired(Unprocessable):
    """The link to a new password has expired: request another."""


class TooManyResetRequests(TooMany):
    """Too many links to a new password were requested for this address: use the last one, or wait."""


class EmailUnchanged(Unprocessable):
    """The account has this email address already."""


class TooManyEmailChanges(TooMany):
    """The email address was changed too often, or too many links were requested: wait for `Retry-After`."""


class InvalidChangeLink(Unprocessable):
    """The token is not that of a link to change an email address or to undo that, or the link was used."""


class ChangeLinkExpired(Unprocessable):
    """The link has expired: half an hour after a change was requested, seven days after it was made."""


class AddressNotFound(NotFound):
    """There is no address with this id, or it is somebody else's."""


class AddressBookFull(Conflict):
    """The account has as many addresses as it may have: remove one."""


class UserNotFound(NotFound):
    """There is no user with this id."""


class OwnAccount(Conflict):
    """The shop's people change the access of others, not their own: nobody locks the last one out."""


class OnlyStaffHavePermissions(Unprocessable):
    """Permissions are given to staff: customers have none, administrators all."""


class AccountDeleting(Conflict):
    """The account is being deleted: nothing of it can be changed any more."""


class UserChanged(Conflict):
    """The account was changed by another request at the same time: try again."""


class Unauthorized(Exception):
    """API Gateway answers 401 to an authorizer that fails with exactly this message; to a deny policy, 403."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")
