"""A user, the sessions in which they are signed in, and the events about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

from tradewind.kernel.caller import AccountStatus, Caller, Permission, Role, SessionStatus
from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.events import EventData
from tradewind.kernel.states import StateTable

EMAIL_MAX_LENGTH = 254
"""RFC 5321, 4.5.3.1.3: a path has 256 octets, its angle brackets among them."""

SESSION_IDLE = timedelta(days=7)
SESSION_LIFETIME = timedelta(days=30)
"""However often it is refreshed, a session ends after this."""
REFRESH_GRACE = timedelta(seconds=30)
"""So long after a refresh, the token that was used gives the same successor again."""

FREE_ATTEMPTS = 10
"""So many attempts at a password need not wait for each other."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
"""Between the attempts after them: each pause is twice as long as the one before, up to this."""
ATTEMPTS_KEPT = timedelta(days=1)
"""After a day without an attempt the count begins anew."""

GUEST_TOKEN_LIFETIME = timedelta(days=30)
"""As long as the lines of a guest's cart stay; a client renews the token whenever the guest comes back."""

DEVICE_MAX_LENGTH = 200
DEVICE_REMEMBERED = timedelta(days=60)
"""So long after a sign-in the next one from the same device is no news."""
SESSIONS_LISTED = 100
"""As many of an account's sessions are looked at, the newest ones."""

CHALLENGE_LIFETIME = timedelta(minutes=5)
"""How long after the right password the code of a second factor may come."""
PENDING_FACTOR_LIFETIME = timedelta(minutes=15)
"""How long a second factor that was begun waits for its first code."""

FACTOR_REMOVAL_DELAY = timedelta(days=3)
"""How long a second factor stays after the shop's people were asked to remove it: the account's owner may object."""

LINK_LIFETIME = timedelta(hours=48)
"""How long the link that verifies an address is valid."""

RESET_LIFETIME = timedelta(minutes=30)
"""How long the link to a new password is valid."""

EXPORT_LINK_LIFETIME = timedelta(days=1)
"""How long the link to an export is valid."""

MAX_LINK_REQUESTS = 3
LINK_REQUESTS_WINDOW = timedelta(hours=1)
"""An address may be sent so many links in each window."""

CHANGE_LINK_LIFETIME = timedelta(minutes=30)
"""How long the link that confirms another address is valid."""
UNDO_LIFETIME = timedelta(days=7)
"""How long the change of an address can be undone, and nobody else can have the address before it."""
MAX_EMAIL_CHANGES = 5
"""An address is changed so often within that time: each change keeps one more address from others."""

REMIND_AFTER = timedelta(days=1)
REMIND_WITHIN = timedelta(days=7)
"""An account that is still unverified after this time is not reminded any more."""


ACCOUNT = StateTable(
    "account",
    AccountStatus.ACTIVE,
    {
        AccountStatus.ACTIVE: (AccountStatus.DISABLED, AccountStatus.DELETING),
        AccountStatus.DISABLED: (AccountStatus.ACTIVE, AccountStatus.DELETING),
        AccountStatus.DELETING: (),
    },
)


class Access(NamedTuple):
    """What an account may do; permissions are those of staff, in order and each once."""

    role: Role
    status: AccountStatus
    permissions: list[Permission]

    @property
    def is_staff(self) -> bool:
        return self.role in {Role.STAFF, Role.ADMIN}


class Profile(NamedTuple):
    """What the owner of an account says of themselves."""

    first_name: str
    last_name: str | None
    phone: str | None

    @property
    def name(self) -> tuple[str, str | None]:
        return self.first_name, self.last_name


class PendingEmail(msgspec.Struct, frozen=True, rename="camel"):
    """An address that an account is to have once its link is followed, by the password of that version."""

    change_id: str
    email: str
    password_version: int
    requested_at: datetime


class PreviousEmail(msgspec.Struct, frozen=True, rename="camel"):
    """An address that an account had before a change, from which the change can be undone until `undo_until`."""

    change_id: str
    email: str
    requested_at: datetime
    undo_until: datetime

    def is_open(self, now: datetime) -> bool:
        return now < self.undo_until


class User(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """`password_version` counts the passwords there have been: a session opened under an earlier one is over.

    An item without `emailVerified` is unverified. `has_second_factor` is all that is said of it here: its secret
    stands in a partition of its own. `second_factor_removal_at` is when the shop's people have it removed, unless
    somebody signs in by it until then. `previous_emails` are those of changes that can be undone, the oldest first, and
    for a while some that cannot any more. `reopens_as` is the status that undoing one gives back to an
    account that is being deleted.
    """

    user_id: str
    email: str
    password_hash: str
    password_version: int
    first_name: str
    role: Role
    status: AccountStatus
    created_at: datetime
    updated_at: datetime
    version: int
    last_name: str | None = None
    phone: str | None = None
    email_verified: bool = False
    has_second_factor: bool = False
    second_factor_removal_at: datetime | None = None
    permissions: list[Permission] = []
    pending_email: PendingEmail | None = None
    previous_emails: tuple[PreviousEmail, ...] = ()
    last_login_at: datetime | None = None
    reopens_as: AccountStatus | None = None

    @property
    def access(self) -> Access:
        return Access(self.role, self.status, self.permissions)

    @property
    def is_active(self) -> bool:
        return self.status is AccountStatus.ACTIVE

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


class SuppressionReason(StrEnum):
    """Why an address gets no more mail."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"


SESSION = StateTable(
    "session",
    SessionStatus.ACTIVE,
    {SessionStatus.ACTIVE: (SessionStatus.REVOKED,), SessionStatus.REVOKED: ()},
)


class RevocationReason(StrEnum):
    SIGNED_OUT = "signedOut"
    ENDED = "ended"
    TOKEN_REUSED = "tokenReused"  # noqa: S105 - a word, not a secret


class Session(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A family of refresh tokens, of which only the newest is good.

    Hashes are SHA-256 in hex: `token_hash` of that one's secret, `previous_hash` of its predecessor's, from which
    `salt` gives it again, and `family_hash` of what all its tokens have in common. `expires_at` is in epoch seconds,
    for DynamoDB's TTL. `device` is what the program that signed in calls itself.
    """

    session_id: str
    user_id: str
    family_hash: str
    token_hash: str
    password_version: int
    status: SessionStatus
    created_at: datetime
    refreshed_at: datetime
    expires_at: int
    revoked_reason: RevocationReason | None = None
    previous_hash: str | None = None
    salt: str | None = None
    device: str = ""

    def repeats_successor(self, now: datetime) -> bool:
        return now < self.refreshed_at + REFRESH_GRACE

    def caller(self, user: User) -> Caller:
        """Who its access tokens are issued to."""
        return Caller(user.user_id, user.role, self.session_id, user.password_version)

    def is_open(self, user: User, now: datetime) -> bool:
        return self.status is SessionStatus.ACTIVE and not self.is_over(user, now)

    def is_over(self, user: User, now: datetime) -> bool:
        """Whether it has expired, or the password has changed since it was opened."""
        return self.expires_at <= epoch_seconds(now) or self.password_version != user.password_version


class PendingFactor(msgspec.Struct, frozen=True, rename="camel"):
    """A second factor that no code was shown of yet; `secret` in base32, `expires_at` in epoch seconds.

    It was begun by whoever knew the password of that version.
    """

    user_id: str
    secret: str
    password_version: int
    expires_at: int

    def is_open(self, user: User, now: datetime) -> bool:
        return self.password_version == user.password_version and epoch_seconds(now) < self.expires_at


class SecondFactor(msgspec.Struct, frozen=True, rename="camel"):
    """`secret` in base32; no code of `last_step` or of a step before it is good; hashes are SHA-256 in hex."""

    user_id: str
    secret: str
    added_at: datetime
    last_step: int
    recovery_hashes: list[str]


class FactorRemoval(msgspec.Struct, frozen=True, rename="camel"):
    """That a second factor is to be removed whose owner has lost it, and why; `requested_by` is one of the staff."""

    user_id: str
    requested_by: str
    reason: str
    requested_at: datetime
    due_at: datetime


class Proof(NamedTuple):
    """What somebody shows of a second factor; one of both is given."""

    code: str | None = None
    recovery_code: str | None = None


class Attempts(msgspec.Struct, frozen=True, rename="camel"):
    """Attempts at one password or second factor since the right one was last given.

    `last_at` and `expires_at` are in epoch seconds.
    """

    attempts: int
    last_at: int
    expires_at: int

    @property
    def are_free(self) -> bool:
        return self.attempts < FREE_ATTEMPTS

    def are_forgotten(self, now: datetime) -> bool:
        """Whether they have expired; DynamoDB may remove them days later."""
        return self.expires_at <= epoch_seconds(now)

    @property
    def retry_at(self) -> int:
        """When the next one is let through: epoch seconds."""
        if self.are_free:
            return self.last_at
        doublings = min(self.attempts - FREE_ATTEMPTS, _MOST_DOUBLINGS)
        return self.last_at + int(min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE).total_seconds())


_MOST_DOUBLINGS = 8
"""More than the longest pause ever needs."""


def session_end(created_at: datetime, now: datetime) -> int:
    """Return when a session that is used now ends if it is not used again: epoch seconds."""
    return epoch_seconds(min(now + SESSION_IDLE, created_at + SESSION_LIFETIME))


def links_window_end(now: datetime) -> int:
    """Return when the link requests counted now expire: epoch seconds."""
    return _window_end(LINK_REQUESTS_WINDOW, now)


def link_expiry(requested_at: datetime) -> int:
    """Return when a link requested at that moment expires: epoch seconds."""
    return epoch_seconds(requested_at + LINK_LIFETIME)


def reset_expiry(requested_at: datetime) -> int:
    """Return when a link to a new password, requested at that moment, expires: epoch seconds."""
    return epoch_seconds(requested_at + RESET_LIFETIME)


def export_link_expiry(ready_at: datetime) -> int:
    """Return when the link to an export that was ready at that moment expires: epoch seconds."""
    return epoch_seconds(ready_at + EXPORT_LINK_LIFETIME)


def change_link_expiry(requested_at: datetime) -> int:
    """Return when a link to another address, requested at that moment, expires: epoch seconds."""
    return epoch_seconds(requested_at + CHANGE_LINK_LIFETIME)


class UserRegistered(EventData, frozen=True):
    user_id: str


class AccessChanged(EventData, frozen=True):
    """One of the shop's people gave an account this role, status and permissions."""

    user_id: str
    role: Role
    status: AccountStatus
    changed_by: str
    permissions: list[Permission] = msgspec.field(default_factory=list)


class SignedInFromNewDevice(EventData, frozen=True):
    """A session of an account has begun on a device that it was not signed in from lately."""

    user_id: str
    session_id: str


class PasswordChanged(EventData, frozen=True):
    user_id: str


class SecondFactorAdded(EventData, frozen=True):
    user_id: str


class SecondFactorRemoved(EventData, frozen=True):
    user_id: str


class SecondFactorRemovalRequested(EventData, frozen=True):
    """One of the shop's people has a second factor removed, at that time, for somebody who has lost it."""

    user_id: str
    requested_by: str
    due_at: datetime


class PasswordResetRequested(EventData, frozen=True):
    """Somebody asked for a link to a new password, in place of the one of that version."""

    user_id: str
    password_version: int


class EmailChangeRequested(EventData, frozen=True):
    """The owner of an account wants another address, which stands in the account until its link is followed."""

    user_id: str
    change_id: str


class EmailChanged(EventData, frozen=True):
    """The link to another address was followed: it is the account's now."""

    user_id: str
    change_id: str


class EmailChangeUndone(EventData, frozen=True):
    """The link in the mail to the address before was followed: it is the account's again."""

    user_id: str
    change_id: str


class AccountDeletionUndone(EventData, frozen=True):
    """Undoing the change of an address has opened an account again that was about to be deleted."""

    user_id: str


class EmailVerificationRequested(EventData, frozen=True):
    """Another verification link was requested for an unverified address."""

    user_id: str


class EmailVerificationOverdue(EventData, frozen=True):
    """An address was not verified within a day; recorded once for an account."""

    user_id: str


class EmailVerified(EventData, frozen=True):
    """The owner of an account has followed the link that was mailed to its address."""

    user_id: str


def _window_end(window: timedelta, now: datetime) -> int:
    window_seconds = int(window.total_seconds())
    return (epoch_seconds(now) // window_seconds + 1) * window_seconds
