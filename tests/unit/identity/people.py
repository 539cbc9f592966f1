"""People who use the shop as the tests do: through its endpoints."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, NamedTuple, TypeVar

from tests.fakes import call, customer_event, public_event

from tradewind.identity import sign_in
from tradewind.shop import Shop

T = TypeVar("T")

EMAIL = "ada@example.com"
PASSWORD = "analytical engine"


class Member(NamedTuple):
    user_id: str
    token: str
    refresh_token: str


def registration(**changes: str) -> dict[str, str]:
    return {"email": EMAIL, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace", **changes}


def register(shop: Shop, **changes: str) -> tuple[int, Any]:
    return call(sign_in.register, public_event(registration(**changes)), shop)


def login(shop: Shop, email: str = EMAIL, password: str = PASSWORD) -> tuple[int, Any]:
    return call(sign_in.login, public_event({"email": email, "password": password}), shop)


def refresh(shop: Shop, refresh_token: str) -> tuple[int, Any]:
    return call(sign_in.refresh, public_event({"refreshToken": refresh_token}), shop)


def logout(shop: Shop, user_id: str, refresh_token: str) -> tuple[int, Any]:
    return call(sign_in.logout, customer_event({"refreshToken": refresh_token}, user_id=user_id), shop)


def change_password(shop: Shop, user_id: str, new: str, current: str = PASSWORD, **more: str) -> tuple[int, Any]:
    body = {"currentPassword": current, "newPassword": new, **more}
    return call(sign_in.change_password, customer_event(body, user_id=user_id), shop)


def join(shop: Shop, email: str = EMAIL) -> Member:
    register(shop, email=email)
    return sign_in_member(shop, email)


def sign_in_member(shop: Shop, email: str = EMAIL, password: str = PASSWORD) -> Member:
    status, body = login(shop, email, password)
    assert status == 200, body
    return Member(body["user"]["userId"], body["token"], body["refreshToken"])


def at_once(times: int, act: Callable[[], T]) -> list[T]:
    """The results of as many threads that all start at the same moment."""
    start = Barrier(times)

    def run() -> T:
        start.wait()
        return act()

    with ThreadPoolExecutor(times) as threads:
        return [future.result() for future in [threads.submit(run) for _ in range(times)]]
