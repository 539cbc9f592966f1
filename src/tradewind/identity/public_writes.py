"""What other services may do to an account: close it for good, and remove it."""

from __future__ import annotations

from tradewind.identity.closing import Owner, close_account, confirm_owner, remove_account
from tradewind.identity.email_history import list_earlier_owners, undoable_until
from tradewind.identity.errors import OwnAccount, TooManyAttempts, UserChanged, UserNotFound, WrongCode, WrongPassword
from tradewind.identity.messages import Code, GivenPassword, RecoveryCode
from tradewind.identity.model import Proof, User
from tradewind.identity.reads import email_partition, require_user
from tradewind.identity.writes import release_email

__all__ = [
    "Code",
    "GivenPassword",
    "OwnAccount",
    "Owner",
    "Proof",
    "RecoveryCode",
    "TooManyAttempts",
    "User",
    "UserChanged",
    "UserNotFound",
    "WrongCode",
    "WrongPassword",
    "close_account",
    "confirm_owner",
    "email_partition",
    "list_earlier_owners",
    "release_email",
    "remove_account",
    "require_user",
    "undoable_until",
]
