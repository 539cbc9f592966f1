"""What is to be written: an operation's names and shapes, all of which follow from its name, its route and its role."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from tradewind.kernel.caller import Permission, Role
from tradewind_tools.blueprint.model import Route
from tradewind_tools.scaffold.errors import InvalidName, InvalidRoute, NoPermission, RoleByHand

_NAME: Final = re.compile(r"[a-z][a-z0-9]*\.[a-z][a-z0-9]*(_[a-z0-9]+)+")
_FIELD_TYPES: Final = {"product_id": "ProductId", "order_id": "OrderId", "user_id": "UserId"}
"""Types of path parameters that `tradewind.edge.messages` has; any other is an identifier."""

_MAX_PARAMETERS: Final = 2
_NO_SERVICES: Final = frozenset({"aws", "edge", "kernel", "shop"})


class Kind(StrEnum):
    """What the operation does to the things that its service keeps."""

    CREATE = "create"
    LIST = "list"
    GET = "get"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class Parameter:
    """A parameter of the path: `productId` outside, `product_id` inside."""

    outside: str

    @property
    def name(self) -> str:
        return snake(self.outside)

    @property
    def kind(self) -> str:
        return _FIELD_TYPES.get(self.name, "Annotated[Identifier, Meta(min_length=1, max_length=64)]")


@dataclass(frozen=True)
class Operation:
    """An operation of a service; `has_prefix` where the bare noun names something else in the shop already."""

    service: str
    name: str
    route: Route
    role: Role
    has_prefix: bool = False
    permission: Permission | None = None

    @classmethod
    def parse(cls, name: str, route: str, role: Role, permission: Permission | None = None) -> Operation:
        """Read `service.verb_noun` and `METHOD /path`. Raises InvalidName, InvalidRoute, NoPermission, RoleByHand."""
        if role is Role.GUEST:
            raise RoleByHand(role.value)
        if not _NAME.fullmatch(name):
            raise InvalidName(name)
        service, _, operation = name.partition(".")
        if service in _NO_SERVICES:
            raise InvalidName(name)
        try:
            parsed = cls(service, operation, Route.parse(route), role, permission=permission)
        except ValueError as reason:
            raise InvalidRoute(route, "write one such as 'GET /products'") from reason
        parsed.check()
        return parsed

    def check(self) -> None:
        """Raises InvalidRoute, NoPermission."""
        text = str(self.route)
        if (self.role is Role.STAFF) != (self.permission is not None):
            raise NoPermission
        if self.route.method in {"PUT", "DELETE"} and not self._ends_with_parameter:
            raise InvalidRoute(text, f"a {self.route.method} ends with the id of what it changes, such as /{{itemId}}")
        if len(self.route.parameters) > _MAX_PARAMETERS:
            raise InvalidRoute(text, "it has more than two parameters")
        if not re.fullmatch(r"(/([a-z0-9-]+|{[a-z][a-zA-Z0-9]*}))+", self.route.path):
            raise InvalidRoute(text, "its parts are lower-case words with hyphens, and parameters such as {itemId}")
        if len(self.owners) > 1:
            raise InvalidRoute(text, "it names two things that what it creates or lists belongs to")

    @property
    def kind(self) -> Kind:
        match self.route.method:
            case "POST":
                return Kind.CREATE
            case "PUT":
                return Kind.UPDATE
            case "DELETE":
                return Kind.DELETE
        return Kind.GET if self._ends_with_parameter else Kind.LIST

    @property
    def function(self) -> str:
        """Its name in the blueprint."""
        return f"{self.service}-{self.name}".replace("_", "-")

    @property
    def handler(self) -> str:
        return f"tradewind.{self.service}.handlers.{self.name}"

    @property
    def noun(self) -> str:
        """What it is about, in the singular: `item` of `list_items`."""
        noun = self.name.partition("_")[2]
        return singular(noun) if self.kind is Kind.LIST else noun

    @property
    def verb(self) -> str:
        return self.name.partition("_")[0]

    @cached_property
    def thing(self) -> str:
        """Its name in Python: `wishlist_item`, or `review` where nothing else has that name."""
        prefix = singular(self.service)
        return f"{prefix}_{self.noun}" if self.has_prefix and prefix != self.noun else self.noun

    @property
    def things(self) -> str:
        return plural(self.thing)

    @property
    def thing_class(self) -> str:
        return pascal(self.thing)

    @property
    def things_class(self) -> str:
        return pascal(self.things)

    @property
    def words(self) -> str:
        return self.thing.replace("_", " ")

    @property
    def article(self) -> str:
        return "an" if self.words[0] in "aeiou" else "a"

    @property
    def id_name(self) -> str:
        """The attribute that holds its id: `item_id`."""
        return f"{self.noun}_id"

    @property
    def body_class(self) -> str:
        return f"{pascal(self.verb)}{self.thing_class}"

    @property
    def params_class(self) -> str:
        """What stands in the path and the query; empty where nothing does."""
        if self.kind is Kind.LIST:
            return f"List{self.things_class}"
        if self.identity:
            return f"{self.thing_class}Path"
        return f"{self.things_class}Path" if self.owners else ""

    @property
    def parameters(self) -> list[Parameter]:
        return [Parameter(name) for name in self.route.parameters]

    @property
    def identity(self) -> Parameter | None:
        """The parameter that says which one it is about."""
        return self.parameters[-1] if self.kind in {Kind.GET, Kind.UPDATE, Kind.DELETE} else None

    @property
    def owners(self) -> list[Parameter]:
        """The parameters that say what its things belong to."""
        return self.parameters[:-1] if self.identity else self.parameters

    @property
    def owner(self) -> str:
        """Whose things they are: a parameter, the caller, or nobody's."""
        if self.owners:
            return self.owners[0].name
        return "user_id" if self.role is Role.CUSTOMER else ""

    @property
    def is_callers(self) -> bool:
        return not self.owners and self.role is Role.CUSTOMER

    @property
    def mark(self) -> str:
        """What the keys of its things begin with."""
        return self.thing.replace("_", "").upper()

    @property
    def partition(self) -> str:
        """The begin of the partition key: `USER` or the mark."""
        return "USER" if self.is_callers else self.mark

    @property
    def _ends_with_parameter(self) -> bool:
        return self.route.path.endswith("}")


def snake(text: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", text).lower()


def pascal(text: str) -> str:
    return "".join(part.capitalize() for part in text.split("_"))


def camel(text: str) -> str:
    return pascal(text)[:1].lower() + pascal(text)[1:]


def singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
