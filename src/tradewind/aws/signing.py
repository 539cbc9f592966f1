"""Signature Version 4 of a POST without a query, as AWS wants it in the headers.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

_ALGORITHM = "AWS4-HMAC-SHA256"


class Credentials(NamedTuple):
    access_key: str
    secret_key: str
    session_token: str = ""


class Scope(NamedTuple):
    """Where a signature is good: a service, by the name that it signs with, in a region."""

    region: str
    service: str


def sign(
    path: str, headers: Mapping[str, str], body: bytes, scope: Scope, credentials: Credentials, at: datetime
) -> dict[str, str]:
    """The headers of a POST with its signature; their names are in lower case, `host` among them, and `at` is UTC."""
    moment = f"{at:%Y%m%dT%H%M%SZ}"
    signed = {**headers, "x-amz-date": moment}
    if credentials.session_token:
        signed["x-amz-security-token"] = credentials.session_token
    names = ";".join(sorted(signed))
    lines = (f"{name}:{' '.join(signed[name].split())}" for name in sorted(signed))
    canonical = "\n".join(("POST", path, "", *lines, "", names, hashlib.sha256(body).hexdigest()))
    day = f"{moment[:8]}/{scope.region}/{scope.service}/aws4_request"
    to_sign = "\n".join((_ALGORITHM, moment, day, hashlib.sha256(canonical.encode()).hexdigest()))
    signature = _hmac(_key(day, credentials.secret_key), to_sign).hex()
    authority = f"{_ALGORITHM} Credential={credentials.access_key}/{day}, SignedHeaders={names}, Signature={signature}"
    return {**signed, "authorization": authority}


def _key(day: str, secret_key: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in day.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
