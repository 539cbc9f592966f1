from __future__ import annotations

import socket

import pytest
from tests.unit.data.fake_shop import FakeShop, Fault

from tradewind_tools.data.errors import ShopUnreachableError, UnknownShopError
from tradewind_tools.data.transport import Patience, Transport


def status(transport: Transport) -> int:
    return transport.request("GET", "/v1/anything", {}).status_code


def test_a_connection_is_kept_from_one_request_to_the_next(fake: FakeShop, transport: Transport) -> None:
    assert [status(transport) for _ in range(3)] == [401, 401, 401]
    assert fake.connections == 1


@pytest.mark.parametrize("fault", [500, 502, 503, 504, 429, 0])
def test_what_may_pass_is_asked_again(fake: FakeShop, transport: Transport, pauses: list[float], fault: int) -> None:
    fake.faults = [Fault(fault), Fault(fault)]
    assert status(transport) == 401
    assert pauses == [0.1, 0.2]


def test_a_refusal_is_not_asked_again(fake: FakeShop, transport: Transport, pauses: list[float]) -> None:
    fake.faults = [Fault(404), Fault(501)]
    assert [status(transport), status(transport)] == [404, 501]
    assert pauses == []


def test_attempts_are_bounded_and_the_last_answer_counts(fake: FakeShop, transport: Transport) -> None:
    fake.faults = [Fault(503)] * 4
    assert status(transport) == 503
    assert fake.faults == []


def test_the_server_says_how_long_to_wait_within_bounds(
    fake: FakeShop, transport: Transport, pauses: list[float]
) -> None:
    fake.faults = [
        Fault(429, {"Retry-After": "2"}),
        Fault(429, {"Retry-After": "3600"}),
        Fault(429, {"Retry-After": "?"}),
    ]
    status(transport)
    assert pauses == pytest.approx([2.1, 5.2, 0.4])


def test_pauses_grow_to_a_bound_and_are_spread_by_jitter() -> None:
    made: list[float] = []
    patience = Patience(longest_pause_seconds=1, sleep=made.append, jitter=lambda: 0.5)
    for attempt in range(6):
        patience.pause(attempt)
    assert made == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.5, 0.5])


def test_a_shop_that_is_not_there_is_named_in_one_line(pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(ShopUnreachableError, match=f"{url} does not answer .*refused") as error:
        Transport(url, Patience(attempts=3, sleep=pauses.append)).request("GET", "/", {})
    assert "\n" not in str(error.value)
    assert len(pauses) == 2


def test_whether_anybody_is_there_is_asked_once(fake: FakeShop, transport: Transport, pauses: list[float]) -> None:
    transport.reach()
    fake.faults = [Fault(0)]
    with pytest.raises(ShopUnreachableError):
        transport.reach()
    assert pauses == []


def test_a_shop_that_is_silent_is_left(pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        transport = Transport(url, Patience(timeout_seconds=0.05, attempts=2, sleep=pauses.append))
        with pytest.raises(ShopUnreachableError, match="timed out"):
            transport.request("GET", "/", {})
        transport.close()


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://shop.example", "http://", ""])
def test_an_address_is_one_of_the_web(url: str) -> None:
    with pytest.raises(UnknownShopError, match="is not the address of a shop"):
        Transport(url)


def test_a_path_in_the_address_stays_in_front(fake: FakeShop) -> None:
    transport = Transport(f"{fake.url}/v1/")
    transport.request("GET", "/products/cup", {})
    transport.close()
    assert fake.calls == {"GET /products": 1}
