"""Requests from inside the server, signed as the cloud wants them when it enforces IAM (Signature Version 4)."""

from __future__ import annotations

from typing import NamedTuple

from starlette.types import Scope

from tradewind_tools.ministack.environment import REGION


class Signer(NamedTuple):
    """Somebody's credentials, the token of a session among them."""

    access_key: str
    secret_key: str
    session_token: str | None = None


def sign(scope: Scope, body: bytes, service: str, signer: Signer) -> Scope:
    """The request with its signature by `signer` for `service`; `host` must be among its headers."""
    from botocore.auth import SigV4Auth  # noqa: PLC0415 - slow to load, and wanted only where IAM is enforced
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - the same
    from botocore.credentials import Credentials  # noqa: PLC0415 - the same

    query = scope["query_string"].decode()
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    url = f"http://{headers['host']}{scope['path']}" + (f"?{query}" if query else "")
    request = AWSRequest(method=scope["method"], url=url, data=body, headers=headers)
    SigV4Auth(Credentials(*signer), service, REGION).add_auth(request)
    signed = [(name.lower().encode(), str(value).encode()) for name, value in request.headers.items()]
    return {**scope, "headers": signed}
