"""The address that a request came from, for limits that count by it."""

from __future__ import annotations

from typing import Any

from tradewind.edge.http import Request
from tradewind.settings import Settings

_MAX_LENGTH = 64


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
