from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber
from mypy_boto3_sns import SNSClient

from tradewind.aws.sms import SmsMessage, SmsRefused, SmsRefusedForGood, SnsSmsSender

MESSAGE = SmsMessage("+442079460000", "Tradewind: your order is confirmed.")


@pytest.fixture
def client() -> Iterator[SNSClient]:
    client = boto3.client("sns", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    yield client
    client.close()


def test_sns_gets_a_transactional_message_for_the_number(client: SNSClient) -> None:
    with Stubber(client) as sns:
        request = {
            "PhoneNumber": MESSAGE.recipient,
            "Message": MESSAGE.body,
            "MessageAttributes": {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}},
        }
        sns.add_response("publish", {"MessageId": "sms-1"}, request)
        assert SnsSmsSender(client).send(MESSAGE) == "sms-1"


def test_a_refusal_says_its_code_and_never_the_number(client: SNSClient) -> None:
    with Stubber(client) as sns:
        sns.add_client_error("publish", "OptedOut", f"{MESSAGE.recipient} has opted out")
        with pytest.raises(SmsRefused) as raised:
            SnsSmsSender(client).send(MESSAGE)
    assert str(raised.value) == "OptedOut"


@pytest.mark.parametrize(
    ("code", "is_for_good"),
    [
        ("OptedOut", True),
        ("InvalidParameter", True),
        ("InvalidParameterValue", True),
        ("Throttled", False),
        ("ThrottlingException", False),
        ("InternalError", False),
        ("AuthorizationError", False),
    ],
)
def test_only_what_is_about_the_number_or_the_text_is_refused_for_good(
    client: SNSClient,
    code: str,
    is_for_good: bool,  # noqa: FBT001 - the case
) -> None:
    with Stubber(client) as sns:
        sns.add_client_error("publish", code, "")
        with pytest.raises(SmsRefused) as raised:
            SnsSmsSender(client).send(MESSAGE)
    assert isinstance(raised.value, SmsRefusedForGood) == is_for_good
