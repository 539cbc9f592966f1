"""What may be seen of a user: everything but the password's hash."""

from __future__ import annotations

from tradewind.identity.messages import UserView
from tradewind.identity.model import User


def view(user: User) -> UserView:
    return UserView(**{name: getattr(user, name) for name in UserView.__struct_fields__})
