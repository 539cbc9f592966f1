"""What another service may do to an account: close it for good."""

from __future__ import annotations

from tradewind.identity.closing import Owner, close_account, confirm_owner
from tradewind.identity.email_history import list_earlier_owners, undoable_until
from tradewind.identity.errors import OwnAccount, TooManyAttempts, UserChanged, UserNotFound, WrongCode, WrongPassword
from tradewind.identity.messages import Code, GivenPassword, RecoveryCode
from tradewind.identity.model import Proof, User
from tradewind.identity.reads import require_user

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
    "list_earlier_owners",
    "require_user",
    "undoable_until",
]
