from __future__ import annotations

from datetime import UTC, datetime

import botocore.auth
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st

from tradewind.aws.signing import Credentials, Scope, sign

AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
EXAMPLE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


def test_signature_is_that_of_the_published_example() -> None:
    """`post-vanilla` of AWS's test suite for Signature Version 4."""
    headers = sign("/", {"host": "example.amazonaws.com"}, b"", Scope("us-east-1", "service"), EXAMPLE, AT)
    assert headers["authorization"].endswith(
        "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    )


@given(st.binary(max_size=200), st.sampled_from(["", "a-session"]), st.sampled_from(["/", "/v2/email/outbound-emails"]))
def test_signature_is_what_botocore_makes_of_the_same_request(body: bytes, token: str, path: str) -> None:
    given_headers = {"host": "events.eu-west-1.amazonaws.com", "x-amz-target": "AWSEvents.PutEvents"}
    ours = sign(path, given_headers, body, Scope("eu-west-1", "events"), EXAMPLE._replace(session_token=token), AT)
    request = AWSRequest("POST", f"https://{given_headers['host']}{path}", headers=given_headers, data=body)
    theirs = SigV4Auth(BotoCredentials(*EXAMPLE[:2], token or None), "events", "eu-west-1")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(botocore.auth, "get_current_datetime", lambda: AT)
        theirs.add_auth(request)
    assert ours["authorization"] == request.headers["Authorization"]
