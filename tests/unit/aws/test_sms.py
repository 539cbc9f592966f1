from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber
from mypy_boto3_sns import SNSClient

from tradewind.aws.sms import SnsTexter, Text, TextRefused

TEXT = Text("+442079460000", "Tradewind: your order is confirmed.")


@pytest.fixture
def client() -> Iterator[SNSClient]:
    client = boto3.client("sns", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    yield client
    client.close()


def test_sns_gets_the_number_and_names_the_message(client: SNSClient) -> None:
    with Stubber(client) as sns:
        sns.add_response(
            "publish", {"MessageId": "text-1"}, {"PhoneNumber": TEXT.recipient, "Message": TEXT.words}
        )  # fmt: skip
        assert SnsTexter(client).send(TEXT) == "text-1"


def test_a_refusal_says_its_code_and_never_the_number(client: SNSClient) -> None:
    with Stubber(client) as sns:
        sns.add_client_error("publish", "OptedOut", f"{TEXT.recipient} has opted out")
        with pytest.raises(TextRefused) as raised:
            SnsTexter(client).send(TEXT)
    assert str(raised.value) == "OptedOut"
