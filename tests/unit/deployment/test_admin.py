from __future__ import annotations

import boto3
import pytest
from tests.unit.deployment.fake_stage import STAGE

from tradewind_tools.deployment.admin import create_stage_admin
from tradewind_tools.deployment.errors import AdminRefused

PASSWORD = "a long way round the cape"


@pytest.mark.parametrize(
    ("email", "password", "complaint"),
    [
        ("ada", PASSWORD, "an email address such as"),
        ("ada@example.com", "short", "length >= 8"),
        ("ada@example.com", "password1", "too easy to guess"),
        ("ada@example.com", "Ada@Example.com", "too easy to guess"),
    ],
    ids=["no address", "short", "common", "the address"],
)
def test_password_rules_of_customers_apply_to_administrators(email: str, password: str, complaint: str) -> None:
    """They are checked before AWS is called, which this test has none of."""
    with pytest.raises(AdminRefused, match=rf"No administrator was made\. .*{complaint}"):
        create_stage_admin(boto3.Session(), STAGE, email, password)
