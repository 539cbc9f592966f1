"""The address that a request came from, and counts of what fails from it within an hour, in items that TTL removes.

An attempt is counted before it is made, and given back when it succeeds. To count is not idempotent, so neither write
is repeated when its answer is lost: a fault leaves more counted than was tried, until the hour is over, never less.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.aws.table import Absent, AnyOf, AtLeast, AtMost, Key, Update
from tradewind.kernel.clock import epoch_seconds

if TYPE_CHECKING:
    from tradewind.edge.http import Request
    from tradewind.settings import Settings

_MAX_LENGTH = 64
_WINDOW_SECONDS = 3_600


def caller_address(request: Request[Any, Any], settings: Settings) -> str:
    """The caller's IPv4 address, or the /64 network of an IPv6 address, as one subscriber has; empty if not known.

    It is API Gateway's word. Behind a distribution that one's word counts (`CloudFront-Viewer-Address`), if the secret
    beside it shows that the header is the distribution's own; nobody else's header is believed. Where the distribution
    says nothing, the address is not known: its own is everybody's.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
    """
    if _is_from_distribution(request.headers.get("x-origin-verify", ""), settings):
        viewer = request.headers.get("cloudfront-viewer-address", "")
        return _network(viewer.rpartition(":")[0])
    return _network(request.source_ip)


def window_end(now: datetime) -> int:
    """When the hour of `now` is over, in seconds since 1970."""
    return (epoch_seconds(now) // _WINDOW_SECONDS + 1) * _WINDOW_SECONDS


def address_key(address: str, kind: str, until: int) -> Key:
    """Of the count of one kind of attempt in the hour that ends at `until`."""
    return Key(f"ADDRESS#{address}", f"{kind}#{until}")


def count_attempt(key: Key, until: int, limit: int) -> Update:
    """The condition fails at the limit."""
    return Update(
        key,
        add={"attempts": 1},
        set_once={"expiresAt": until},
        when=(AnyOf((Absent("attempts"), AtMost("attempts", limit - 1))),),
        at_most_once=True,
    )


def give_back_attempt(key: Key) -> Update:
    """The condition fails where nothing is counted."""
    return Update(key, add={"attempts": -1}, when=(AtLeast("attempts", 1),), at_most_once=True)


def _is_from_distribution(secret: str, settings: Settings) -> bool:
    if not secret or not settings.origin_secret_sha256:
        return False
    from hashlib import sha256  # noqa: PLC0415 - brings OpenSSL, and few requests come with a secret
    from hmac import compare_digest  # noqa: PLC0415 - likewise

    return compare_digest(sha256(secret.encode()).hexdigest(), settings.origin_secret_sha256)


def _network(address: str) -> str:
    if ":" not in address:
        return address[:_MAX_LENGTH]
    from ipaddress import IPv6Address  # noqa: PLC0415 - most addresses are IPv4

    try:
        parsed = IPv6Address(address.strip("[]"))
    except ValueError:
        return ""
    return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
