"""Requests and responses of accounts and sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from msgspec import Meta, Struct

from tradewind.edge.messages import JUDGE, Cursor, Limit, RequestMessage, SessionId, UserId
from tradewind.identity.model import EMAIL_MAX_LENGTH, Proof, User
from tradewind.kernel.caller import AccountStatus, Permission, Role
from tradewind.kernel.errors import Detail, InvalidFields
from tradewind.kernel.text import END, NO_LINK, ONE_LINE, Line

_NO_LETTER = (
    r"\x00-@\[-`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u02c2-\u036f\u2000-\u2bff\u2e00-\u3004\u3008-\u3030\ud800-\uf8ff"
    r"\ufe00-\ufe6f\uff00-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffff"
    "\U0001d000-\U0001deff\U0001f000-\U0001faff"
)
"""Blocks of signs, digits and pictures; the rest are the scripts of the world. The dialects share no `\\p{L}`."""


def _judge_email(email: str) -> None:
    from tradewind.identity.email_addresses import normalise_email  # noqa: PLC0415 - only a bad request pays for it

    normalise_email(email)


Email = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=EMAIL_MAX_LENGTH,
        pattern="@",
        description="an email address",
        examples=["ada@example.com"],
        extra={JUDGE: _judge_email},
    ),
]
EmailPrefix = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=EMAIL_MAX_LENGTH,
        pattern=f"^[!-~]*{END}",
        description="how an address begins: visible ASCII characters without blanks",
    ),
]
NamePrefix = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=121,
        pattern=f"^{ONE_LINE}",
        description="how a first name, a last name or both begin: one line of text",
    ),
]
PersonName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        pattern=rf"^(?![\s\S]*[@\uff20]){NO_LINK}{ONE_LINE}[\s\S]*[^{_NO_LETTER}]",
        description="a name: one line with letters, without links and invisible characters",
    ),
]
"""Mails greet by it: it must not be a message of somebody else's."""
Phone = Annotated[
    str,
    Meta(
        min_length=5,
        max_length=31,
        pattern=r"^\+?[0-9(][0-9 ()./-]*[0-9]" + END,
        description="a phone number: digits, with blanks and ( ) . / - between them",
        examples=["+44 20 7946 0000"],
    ),
]
NewPassword = Annotated[str, Meta(min_length=8, max_length=128, description="any text")]
GivenPassword = Annotated[str, Meta(min_length=1, max_length=1_000, description="any text")]
Code = Annotated[
    str,
    Meta(
        min_length=6,
        max_length=6,
        pattern=f"^[0-9]{{6}}{END}",
        description="six digits of an authenticator app",
        examples=["123456"],
    ),
]
RecoveryCode = Annotated[
    str,
    Meta(
        min_length=16,
        max_length=40,
        pattern=f"^ *[A-Za-z2-7]{{4}}([ -]*[A-Za-z2-7]{{4}}){{3}} *{END}",
        description="a recovery code, as it was shown",
        examples=["JBSW-Y3DP-EHPK-3PXP"],
    ),
]
Challenge = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2_000,
        pattern=f"^[A-Za-z0-9_.-]+{END}",
        description="`challenge` as SecondFactorRequired had it",
        examples=["header.claims.signature"],
    ),
]
RefreshToken = Annotated[str, Meta(min_length=1, max_length=200, description="a refresh token, as it was given out")]


class Register(RequestMessage, frozen=True):
    """The account of a new customer; not everybody in the world has a last name."""

    email: Email
    password: NewPassword
    first_name: PersonName
    last_name: PersonName | None = None


class Login(RequestMessage, frozen=True):
    """A `refreshToken` that was given out for the account, even if it is spent, keeps wrong guesses of others apart."""

    email: Annotated[str, Meta(min_length=1, max_length=1_000, description="any text", examples=["ada@example.com"])]
    password: GivenPassword
    refresh_token: RefreshToken | None = None


class ShownFactor(RequestMessage, frozen=True):
    """Either the `code` that the authenticator app shows, or one of the recovery codes."""

    code: Code | None = None
    recovery_code: RecoveryCode | None = None

    def __post_init__(self) -> None:
        if (self.code is None) == (self.recovery_code is None):
            raise InvalidFields(
                *(Detail(name, "give either code or recoveryCode") for name in ("code", "recoveryCode"))
            )

    @property
    def proof(self) -> Proof:
        return Proof(self.code, self.recovery_code)


class LoginSecondFactor(ShownFactor, frozen=True, kw_only=True):
    """The `challenge` that the right password was answered with, and either a `code` or a `recoveryCode`."""

    challenge: Challenge


class BeginSecondFactor(RequestMessage, frozen=True):
    """Whoever is signed in shows once more that they know the password."""

    password: GivenPassword


class NewSecondFactor(Struct, frozen=True, rename="camel"):
    """An authenticator app takes `secret` typed, or `uri` from a QR code; it is to be confirmed before `expiresAt`."""

    secret: str
    uri: str
    expires_at: datetime


class ConfirmSecondFactor(RequestMessage, frozen=True):
    code: Code


class ChangeSecondFactor(ShownFactor, frozen=True, kw_only=True):
    """The password, and either a `code` or a `recoveryCode`."""

    password: GivenPassword


class RecoveryCodes(Struct, frozen=True, rename="camel"):
    """Each signs in once in place of a code. They are shown now and never again."""

    recovery_codes: list[str]


class Refresh(RequestMessage, frozen=True):
    """A refresh token is valid for one use: the response has the next."""

    refresh_token: RefreshToken


class Logout(RequestMessage, frozen=True):
    """A refresh token of the session to end, used or not."""

    refresh_token: RefreshToken


class VerifyEmail(RequestMessage, frozen=True):
    """`token` is what the link in the email ends with."""

    token: Annotated[str, Meta(min_length=1, max_length=200, description="any text")]


class ResendVerification(RequestMessage, frozen=True):
    email: Email


class ForgotPassword(RequestMessage, frozen=True):
    email: Email


class ResetPassword(RequestMessage, frozen=True):
    """`token` is what the link in the email ends with."""

    token: Annotated[str, Meta(min_length=1, max_length=200, description="any text")]
    new_password: NewPassword


class ChangePassword(RequestMessage, frozen=True):
    """Every session ends but the one whose newest `refreshToken` is given."""

    current_password: GivenPassword
    new_password: NewPassword
    refresh_token: RefreshToken | None = None


class ChangeEmail(RequestMessage, frozen=True):
    """Another address, and the password that the account has."""

    email: Email
    current_password: GivenPassword


class FollowChangeLink(RequestMessage, frozen=True):
    """`token` is what the link in the email ends with."""

    token: Annotated[str, Meta(min_length=1, max_length=200, description="any text")]


class UpdateProfile(RequestMessage, frozen=True):
    """The whole profile: a last name or a phone number that is left out is removed."""

    first_name: PersonName
    last_name: PersonName | None = None
    phone: Phone | None = None


class ListUsers(RequestMessage, frozen=True):
    """Newest first; with `emailPrefix` or `namePrefix` in the order of the alphabet.

    One of `email`, `emailPrefix` and `namePrefix` may be given, with or without `role` and `status`.
    """

    email: Email | None = None
    email_prefix: EmailPrefix | None = None
    name_prefix: NamePrefix | None = None
    role: Literal["customer", "staff", "admin"] | None = None
    status: Literal["active", "disabled"] | None = None
    limit: Limit = 20
    cursor: Cursor | None = None

    def __post_init__(self) -> None:
        sought = {"email": self.email, "emailPrefix": self.email_prefix, "namePrefix": self.name_prefix}
        given = [name for name, value in sought.items() if value]
        if len(given) > 1:
            raise InvalidFields(*(Detail(name, "give one of email, emailPrefix and namePrefix") for name in given))

    @property
    def roles(self) -> list[Role]:
        return [Role(self.role)] if self.role else [Role.CUSTOMER, Role.STAFF, Role.ADMIN]

    @property
    def statuses(self) -> list[AccountStatus]:
        return [AccountStatus(self.status)] if self.status else [AccountStatus.ACTIVE, AccountStatus.DISABLED]

    @property
    def scope(self) -> str:
        """What a cursor is good for: this list with these filters."""
        return f"users|{self.email}|{self.email_prefix}|{self.name_prefix}|{self.role}|{self.status}"

    def admits(self, user: User) -> bool:
        """Whether a user has the role and the status."""
        return user.role in self.roles and user.status in self.statuses


class UserPath(RequestMessage, frozen=True):
    user_id: UserId


class UpdateUser(RequestMessage, frozen=True):
    """What is left out stays as it is. `permissions` are all that the user has from now on; staff alone have any."""

    role: Literal["customer", "staff", "admin"] | None = None
    status: Literal["active", "disabled"] | None = None
    permissions: Annotated[list[Permission], Meta(max_length=len(Permission))] | None = None


class RemoveUsersFactor(RequestMessage, frozen=True):
    """`reason` says how you know who is asking; it stands in the audit log."""

    reason: Annotated[Line, Meta(min_length=3, max_length=500)]


class FactorRemovalView(Struct, frozen=True, rename="camel"):
    """At `dueAt` the second factor goes, unless somebody signs in by it until then."""

    user_id: str
    due_at: datetime


class UserView(Struct, frozen=True, rename="camel"):
    user_id: str
    email: str
    email_verified: bool
    first_name: str
    last_name: str | None
    phone: str | None
    role: Role
    permissions: list[Permission]
    status: AccountStatus
    has_second_factor: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        """Show everything of a user that the view has a field for: nothing that they sign in with."""
        return cls(**{name: getattr(user, name) for name in cls.__struct_fields__})


class StaffUserView(UserView, frozen=True, rename="camel"):
    """An account as the shop's people see it; `lastLoginAt` is null where nobody has signed in since it is noted.

    `secondFactorRemovalAt` is when a second factor that was lost is removed, null where none is to be.
    """

    last_login_at: datetime | None
    second_factor_removal_at: datetime | None


class GuestToken(Struct, frozen=True, rename="camel"):
    """`token` goes into the header `Authorization: Bearer <token>`, and is valid for `expiresIn` seconds."""

    token: str
    guest_id: str
    expires_in: int


class TokenPair(Struct, frozen=True, rename="camel"):
    """`token` goes into the header `Authorization: Bearer <token>`, and is valid for `expiresIn` seconds."""

    token: str
    refresh_token: str
    expires_in: int


class SessionPath(RequestMessage, frozen=True):
    session_id: SessionId


class SessionView(Struct, frozen=True, rename="camel"):
    """`device` is what the program that signed in calls itself; `isCurrent` is the session of this request."""

    session_id: str
    device: str
    is_current: bool
    created_at: datetime
    refreshed_at: datetime


class SessionList(Struct, frozen=True, rename="camel"):
    items: list[SessionView]


class LoginResult(TokenPair, frozen=True, rename="camel"):
    """`token` goes into the header `Authorization: Bearer <token>`, and is valid for `expiresIn` seconds."""

    user: UserView
