from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import msgspec
import pytest
from botocore.stub import Stubber
from mypy_boto3_sesv2 import SESV2Client
from tests.unit.notifications.scene import EMAIL

from tradewind.aws.mailer import Mail, MailRefused, SesMailer

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


@pytest.mark.parametrize("configuration_set", ["", "tradewind-prod-mail"])
def test_mail_names_the_configuration_set_where_there_is_one(client: SESV2Client, configuration_set: str) -> None:
    sent: list[dict[str, Any]] = []
    client.meta.events.register("provide-client-params.sesv2.SendEmail", lambda params, **_: sent.append(params))
    with Stubber(client) as ses:
        ses.add_response("send_email", {"MessageId": "mail-1"})
        SesMailer(client, configuration_set).send(MAIL)
    assert sent[0].get("ConfigurationSetName", "") == configuration_set
