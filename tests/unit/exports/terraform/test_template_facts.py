from __future__ import annotations

from typing import Any

import pytest

from tradewind_tools.exports.cloudformation.names import StageNames
from tradewind_tools.exports.errors import UnknownReference
from tradewind_tools.exports.terraform.template_facts import TemplateFacts, literal

TEMPLATE: dict[str, Any] = {
    "Parameters": {"MailFrom": {"Type": "String", "Description": "who writes"}},
    "Resources": {
        "EmailQueue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "tradewind-dev-email-queue"}},
        "JwtKeySecret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "tradewind/dev/jwt-key"}},
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "tradewind-dev"}},
        "MailRule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"Name": "tradewind-dev-mail", "EventBusName": {"Ref": "Bus"}},
        },
        "Nightly": {"Type": "AWS::Events::Rule", "Properties": {"Name": "tradewind-dev-nightly"}},
        "CheckoutOrchestratorRole": {"Type": "AWS::IAM::Role", "Properties": {}},
    },
}


@pytest.fixture
def facts() -> TemplateFacts:
    return TemplateFacts(TEMPLATE, StageNames("dev"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "EmailQueue"}, "${queue.email-queue.url}"),
        ({"Fn::GetAtt": ["EmailQueue", "Arn"]}, "${queue.email-queue.arn}"),
        ({"Ref": "JwtKeySecret"}, "${secret.jwt-key.arn}"),
        ({"Fn::GetAtt": ["CheckoutOrchestratorRole", "Arn"]}, "${role.checkout-orchestrator.arn}"),
        ({"Ref": "MailFrom"}, "${settings.mail_from}"),
        ({"Ref": "AWS::Region"}, "${aws.region}"),
        ({"Fn::Sub": "to ${EmailQueue.Arn} in ${AWS::Region}"}, "to ${queue.email-queue.arn} in ${aws.region}"),
        ({"Fn::If": ["HasIt", [{"Ref": "MailFrom"}], {"Ref": "AWS::NoValue"}]}, ["${settings.mail_from}"]),
        ({"a": [1, True, None, "text"]}, {"a": [1, True, None, "text"]}),
    ],
)
def test_references_become_templates(facts: TemplateFacts, value: object, expected: object) -> None:
    assert facts.resolve(value) == expected


def test_arns_of_rules_follow_from_their_names(facts: TemplateFacts) -> None:
    place = "arn:${aws.partition}:events:${aws.region}:${aws.account}:rule"
    assert facts.resolve({"Fn::GetAtt": ["MailRule", "Arn"]}) == f"{place}/${{bus.name}}/tradewind-dev-mail"
    assert facts.resolve({"Fn::GetAtt": ["Nightly", "Arn"]}) == f"{place}/tradewind-dev-nightly"


def test_texts_that_look_like_templates_are_escaped() -> None:
    assert literal("${orderId} and %{if} and $.detail") == "$${orderId} and %%{if} and $.detail"


def test_reference_without_a_name_in_terraform_is_refused(facts: TemplateFacts) -> None:
    with pytest.raises(UnknownReference, match="QueueName of EmailQueue"):
        facts.resolve({"Fn::GetAtt": ["EmailQueue", "QueueName"]})
