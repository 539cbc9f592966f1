"""The shop with fakes for its ports, and API Gateway's events to call its endpoints with."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import msgspec

from tradewind.aws.secrets import Secret, Secrets, SecretUnavailable
from tradewind.aws.table import Table
from tradewind.kernel.caller import Caller, Permission, Role
from tradewind.kernel.clock import Clock
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.access import authorizer_context, signed_in
from tradewind_tools.memory.table import MemoryTable

START = datetime(2026, 11, 21, 3, 4, 5, 678000, tzinfo=UTC)
CUSTOMER_ID = "01KAJ0CSTMR000000000000001"
ADMIN_ID = "01KAJ0ADMN0000000000000001"
GUEST_ID = "G01KAJ0GVEST000000000000001"
STAFF_ID = "01KAJ0STAFF000000000000001"
REQUEST_ID = "request-1"
CALLER_ADDRESS = "203.0.113.7"
UNLIMITED = Settings(open_orders_limit=0, held_units_limit=0, payment_attempts_limit=0, address_attempts_limit=0)

Event: TypeAlias = dict[str, Any]
LambdaFunction: TypeAlias = Callable[[Event, None, Shop], dict[str, Any]]


class FakeClock:
    """Time that passes when it is told to, and randomness that a seed decides."""

    def __init__(self, start: datetime = START, seed: int = 0) -> None:
        self._now = start
        self.slept: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None
        self._random = random.Random(seed)  # noqa: S311 - the point is that it can be repeated

    def now(self) -> datetime:
        return self._now

    def entropy(self, size: int) -> bytes:
        return self._random.randbytes(size)

    def sleep(self, seconds: float) -> None:
        """Nobody waits; `slept` says for how long one would have, `while_asleep` is what happens meanwhile."""
        self.slept.append(seconds)
        self.while_asleep()

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class FakeSecrets:
    """Secrets by name; a name that is not among them has the value `secret of <name>`."""

    def __init__(self, current: Mapping[str, str] | None = None, previous: Mapping[str, str] | None = None) -> None:
        self._current = dict(current or {})
        self._previous = dict(previous or {})
        self.missing: set[str] = set()

    def current(self, name: str) -> Secret:
        if name in self.missing:
            raise SecretUnavailable(f"the secret {name!r} does not exist")
        return _secret(self._current.get(name, f"secret of {name}"))

    def previous(self, name: str) -> Secret | None:
        return _secret(self._previous[name]) if name in self._previous else None

    def rotate(self, name: str, value: str) -> None:
        """Make `value` the current one; the one before stays valid as the previous one."""
        self._previous[name] = self.current(name).secret_string
        self._current[name] = value


def make_shop(
    *,
    table: Table | None = None,
    clock: Clock | None = None,
    secrets: Secrets | None = None,
    settings: Settings | None = None,
    **ports: object,
) -> Shop:
    """A shop of fakes, but for the parts that are given; `ports` are those that a shop makes at their first use."""
    shop = Shop(
        table=MemoryTable() if table is None else table,
        clock=clock or FakeClock(),
        secrets=secrets or FakeSecrets(),
        settings=settings or Settings(),
    )
    for name, port in ports.items():
        setattr(shop, name, port)
    return shop


def public_event(
    body: object = None,
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    request_id: str = REQUEST_ID,
    source_ip: str = CALLER_ADDRESS,
) -> Event:
    """What API Gateway sends for a request without a token; `body` is encoded unless it is text already."""
    return {
        "httpMethod": "GET" if body is None else "POST",
        "resource": "/test",
        "headers": {"Content-Type": "application/json", **(headers or {})},
        "pathParameters": dict(path) if path else None,
        "queryStringParameters": dict(query) if query else None,
        "body": body if body is None or isinstance(body, str) else msgspec.json.encode(body).decode(),
        "isBase64Encoded": False,
        "requestContext": {"requestId": request_id, "identity": {"sourceIp": source_ip}},
    }


def customer_event(body: object = None, *, user_id: str = CUSTOMER_ID, **request: Any) -> Event:  # noqa: ANN401 - as public_event
    """The same with the claims that the authorizer passes on for a customer."""
    return _signed_in(public_event(body, **request), user_id, Role.CUSTOMER)


def admin_event(body: object = None, *, user_id: str = ADMIN_ID, **request: Any) -> Event:  # noqa: ANN401 - as public_event
    """The same for an administrator."""
    return _signed_in(public_event(body, **request), user_id, Role.ADMIN)


def guest_event(body: object = None, *, guest_id: str = GUEST_ID, **request: Any) -> Event:  # noqa: ANN401 - as public_event
    """The same for a guest."""
    event = public_event(body, **request)
    event["requestContext"]["authorizer"] = authorizer_context(Caller(guest_id, Role.GUEST))
    return event


def staff_event(
    body: object = None,
    *,
    permissions: Iterable[Permission] = (),
    user_id: str = STAFF_ID,
    **request: Any,  # noqa: ANN401 - as public_event
) -> Event:
    """The same for one of the staff, who has these permissions."""
    event = public_event(body, **request)
    caller = signed_in(user_id, Role.STAFF, frozenset(permissions))
    event["requestContext"]["authorizer"] = authorizer_context(caller)
    return event


def call(endpoint: LambdaFunction, event: Event, shop: Shop) -> tuple[int, Any]:
    """The status, and the body decoded from JSON: None when there is none."""
    answer = endpoint(event, None, shop)
    return answer["statusCode"], msgspec.json.decode(answer["body"]) if answer["body"] else None


def _signed_in(event: Event, user_id: str, role: Role) -> Event:
    event["requestContext"]["authorizer"] = authorizer_context(signed_in(user_id, role))
    return event


def _secret(value: str) -> Secret:
    """The version follows from the value, as a new value has a new version."""
    return Secret(secret_string=value, version_id=f"version of {value}")
