from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import msgspec
import pytest
from botocore.stub import Stubber
from mypy_boto3_sesv2 import SESV2Client
from tests.unit.notifications.scene import EMAIL

from tradewind.aws.mailer import Mail, MailRefused, MailRefusedForGood, SesMailer

MAIL = Mail("Tradewind <shop@tradewind.example>", EMAIL, "Größe", "<p>1 €</p>", "1 €")


@pytest.fixture
def client() -> Iterator[SESV2Client]:
    client = boto3.client("sesv2", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    yield client
    client.close()


def test_ses_gets_both_forms_and_names_the_mail(client: SESV2Client) -> None:
    request = {
        "FromEmailAddress": "Tradewind <shop@tradewind.example>",
        "Destination": {"ToAddresses": [EMAIL]},
        "Content": {
            "Simple": {
                "Subject": {"Data": "Größe", "Charset": "UTF-8"},
                "Body": {
                    "Html": {"Data": "<p>1 €</p>", "Charset": "UTF-8"},
                    "Text": {"Data": "1 €", "Charset": "UTF-8"},
                },
            }
        },
    }
    with Stubber(client) as ses:
        ses.add_response("send_email", {"MessageId": "mail-1"}, request)
        assert SesMailer(client).send(MAIL) == "mail-1"


def test_ses_gets_the_headers_of_a_mail_that_can_be_unsubscribed(client: SESV2Client) -> None:
    mail = msgspec.structs.replace(MAIL, unsubscribe_url="https://shop.example/v1/unsubscribe/x")
    sent: list[dict[str, Any]] = []
    client.meta.events.register("provide-client-params.sesv2.SendEmail", lambda params, **_: sent.append(params))
    with Stubber(client) as ses:
        ses.add_response("send_email", {"MessageId": "mail-1"})
        SesMailer(client).send(mail)
    assert sent[0]["Content"]["Simple"]["Headers"] == [
        {"Name": "List-Unsubscribe", "Value": "<https://shop.example/v1/unsubscribe/x>"},
        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
    ]


def test_a_refusal_says_its_code_and_never_the_address(client: SESV2Client) -> None:
    with Stubber(client) as ses:
        ses.add_client_error("send_email", "MessageRejected", f"Email address is not verified: {EMAIL}")
        with pytest.raises(MailRefused) as raised:
            SesMailer(client).send(MAIL)
    assert str(raised.value) == "MessageRejected"


@pytest.mark.parametrize(
    ("code", "text", "is_for_good"),
    [
        ("BadRequestException", "Illegal address", True),
        ("MessageRejected", "The message contains a virus", True),
        ("MessageRejected", "Email address is not verified", False),
        ("MailFromDomainNotVerifiedException", "", False),
        ("TooManyRequestsException", "Maximum sending rate exceeded", False),
        ("LimitExceededException", "Daily message quota exceeded", False),
        ("SendingPausedException", "", False),
        ("AccountSuspendedException", "", False),
        ("NotFoundException", "Configuration set does not exist", False),
        ("AccessDeniedException", "", False),
        ("InternalFailure", "", False),
    ],
)
def test_only_what_is_about_the_mail_itself_is_refused_for_good(
    client: SESV2Client,
    code: str,
    text: str,
    is_for_good: bool,  # noqa: FBT001 - the case
) -> None:
    with Stubber(client) as ses:
        ses.add_client_error("send_email", code, text)
        with pytest.raises(MailRefused) as raised:
            SesMailer(client).send(MAIL)
    assert isinstance(raised.value, MailRefusedForGood) == is_for_good
