"""What keeps an operation from being written, each as one line that says what to do."""

from __future__ import annotations

from tradewind_tools.errors import Refusal

_BY_HAND = "Write it by hand: docs/adding-a-function.md"


class InvalidName(Refusal):
    """The operation's name is not one that Python and the blueprint can share."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no name for an operation: write service.verb_noun, such as wishlist.add_item")


class InvalidRoute(Refusal):
    """The route does not say what kind of operation it is."""

    def __init__(self, route: str, reason: str) -> None:
        super().__init__(f"{route!r} is no route that an operation can be written for: {reason}")


class RoleByHand(Refusal):
    """What is written for the role needs a decision first."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"Nothing is written for the role {role!r}: each operation of guests is decided on. {_BY_HAND}"
        )


class NoPermission(Refusal):
    """It is for staff, and does not say which of them; or it names a permission, and is not for staff."""

    def __init__(self) -> None:
        super().__init__("What staff may call names a permission: --role staff --permission orders")


class OperationExists(Refusal):
    """The name or the route is taken."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"There is {what} already: {name}. ./dev routes names them all")


class DefinitionDiffers(Refusal):
    """A module defines what the operation needs, but otherwise."""

    def __init__(self, path: str, name: str) -> None:
        super().__init__(f"{path} has another {name} than the operation would need. {_BY_HAND}")


class ConflictingDefinition(Exception):
    """Two modules that are to become one define a name, and not alike."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
