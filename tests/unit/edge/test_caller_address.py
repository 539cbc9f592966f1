from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import pytest
from tests.fakes import call, make_shop, public_event

from tradewind.edge.caller_address import caller_address
from tradewind.edge.http import Empty, Request, Response, endpoint
from tradewind.settings import Settings
from tradewind.shop import Shop

BEHIND_DISTRIBUTION = Settings(origin_secret_sha256=sha256(b"known to both").hexdigest())
THROUGH = {"X-Origin-Verify": "known to both"}


@endpoint(response=Empty)
def show_address(request: Request[Empty, Empty], shop: Shop) -> Response:
    return Response(200, f'"{caller_address(request, shop.settings)}"'.encode())


def address(source_ip: str, headers: Mapping[str, str], settings: Settings = BEHIND_DISTRIBUTION) -> str:
    _, told = call(show_address, public_event(source_ip=source_ip, headers=headers), make_shop(settings=settings))
    assert isinstance(told, str)
    return told


@pytest.mark.parametrize(
    ("source_ip", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8::nonsense", ""),
        ("", ""),
    ],
)
def test_address_is_that_of_the_request_context_with_ipv6_by_network(source_ip: str, counted: str) -> None:
    assert address(source_ip, {}) == counted


@pytest.mark.parametrize(
    ("viewer", "counted"),
    [
        ("198.51.100.10:46532", "198.51.100.10"),
        ("2001:db8:a:b:c:d:e:f:46532", "2001:db8:a:b::/64"),
        ("[2001:db8:a:b::1]:46532", "2001:db8:a:b::/64"),
    ],
)
def test_viewer_address_is_believed_beside_the_secret(viewer: str, counted: str) -> None:
    headers = {"CloudFront-Viewer-Address": viewer, "X-Origin-Verify": "known to both"}
    assert address("203.0.113.7", headers) == counted


def test_callers_behind_one_edge_are_told_apart() -> None:
    viewers = ("198.51.100.10:46532", "198.51.100.11:46532")
    told = {address("203.0.113.7", {"CloudFront-Viewer-Address": each, **THROUGH}) for each in viewers}
    assert told == {"198.51.100.10", "198.51.100.11"}


def test_address_of_the_distribution_is_nobodys() -> None:
    assert address("203.0.113.7", THROUGH) == ""


@pytest.mark.parametrize(
    ("headers", "settings"),
    [
        ({}, BEHIND_DISTRIBUTION),
        ({"X-Origin-Verify": "a guess"}, BEHIND_DISTRIBUTION),
        ({"X-Origin-Verify": "known to both"}, Settings()),
        ({"X-Origin-Verify": ""}, Settings()),
    ],
)
def test_viewer_address_is_not_believed_without_the_secret(headers: dict[str, str], settings: Settings) -> None:
    assert address("203.0.113.7", {"CloudFront-Viewer-Address": "1.1.1.1:1", **headers}, settings) == "203.0.113.7"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "True-Client-IP", "X-Real-IP", "CF-Connecting-IP"])
def test_no_other_header_is_believed(header: str) -> None:
    assert address("203.0.113.7", {header: "1.1.1.1"}) == "203.0.113.7"
    assert address("203.0.113.7", {header: "1.1.1.1", **THROUGH}) == ""
