"""What a reference of the CloudFormation template becomes in the modules' JSON.

Most become a template of Terraform's own, such as `${queue.email-queue.arn}`: the modules fill it in with what they
have made, so that Terraform knows what needs what. What follows from a name needs nobody to wait for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias

from tradewind_tools.exports.cloudformation.names import Resource, Value

PSEUDO_PARAMETERS: Final = {
    "AWS::Partition": "${aws.partition}",
    "AWS::Region": "${aws.region}",
    "AWS::AccountId": "${aws.account}",
    "AWS::URLSuffix": "${aws.url_suffix}",
}

_ARN = "arn:${aws.partition}"
_PLACE = "${aws.region}:${aws.account}"
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Names(Protocol):
    """What telling a reference needs of the rest of the template."""

    def short(self, name: str) -> str: ...

    def resolved(self, value: Value) -> Value: ...


Telling: TypeAlias = Callable[[Names, str, Resource], str]
"""A reference from the names, and the logical id and properties of what is referred to."""


def snake(name: str) -> str:
    """`mail_from` of `MailFrom`."""
    return _WORD_START.sub("_", name).lower()


def kebab(logical: str, ending: str = "") -> str:
    """`checkout-start` of `CheckoutStartRole`, without its ending `Role`."""
    return snake(logical.removesuffix(ending)).replace("_", "-")


def _outlet(group: str, named_by: str, attribute: str) -> Telling:
    return lambda names, _, made: f"${{{group}.{names.short(made[named_by])}.{attribute}}}"


def _single(text: str) -> Telling:
    return lambda *_: text


def _own(name: str) -> Telling:
    return lambda _names, _, made: str(made[name])


def _log_group_arn(_names: Names, _: str, made: Resource) -> str:
    return f"{_ARN}:logs:{_PLACE}:log-group:{made['LogGroupName']}:*"


def _rule_arn(names: Names, _: str, made: Resource) -> str:
    bus = f"{names.resolved(made['EventBusName'])}/" if "EventBusName" in made else ""
    return f"{_ARN}:events:{_PLACE}:rule/{bus}{made['Name']}"


def _topic_arn(_names: Names, _: str, made: Resource) -> str:
    return f"{_ARN}:sns:{_PLACE}:{made['TopicName']}"


def _path(names: Names, _: str, made: Resource) -> str:
    return f"{names.resolved(made['ParentId'])}/{made['PathPart']}"


TOLD: Final[Mapping[tuple[str, str], Telling]] = {
    ("ApiGateway::Authorizer", ""): _own("Name"),
    ("ApiGateway::Deployment", ""): _single("deployment"),
    ("ApiGateway::Model", ""): _own("Name"),
    ("ApiGateway::RequestValidator", ""): _own("Name"),
    ("ApiGateway::Resource", ""): _path,
    ("ApiGateway::RestApi", ""): _own("Name"),
    ("ApiGateway::RestApi", "RootResourceId"): _single(""),
    ("DynamoDB::Table", ""): _single("${table.name}"),
    ("DynamoDB::Table", "Arn"): _single("${table.arn}"),
    ("DynamoDB::Table", "StreamArn"): _single("${table.stream_arn}"),
    ("Events::EventBus", ""): _single("${bus.name}"),
    ("Events::EventBus", "Arn"): _single("${bus.arn}"),
    ("Events::Rule", "Arn"): _rule_arn,
    ("IAM::Role", "Arn"): lambda _names, logical, _made: f"${{role.{kebab(logical, 'Role')}.arn}}",
    ("Lambda::Function", ""): _outlet("function", "FunctionName", "arn"),
    ("Lambda::Function", "Arn"): _outlet("function", "FunctionName", "arn"),
    ("Logs::LogGroup", ""): lambda _names, logical, _made: f"${{log_group.{kebab(logical, 'Logs')}.name}}",
    ("Logs::LogGroup", "Arn"): _log_group_arn,
    ("SNS::Topic", ""): _topic_arn,
    ("SQS::Queue", ""): _outlet("queue", "QueueName", "url"),
    ("SQS::Queue", "Arn"): _outlet("queue", "QueueName", "arn"),
    ("SecretsManager::Secret", ""): _outlet("secret", "Name", "arn"),
    ("StepFunctions::StateMachine", ""): _outlet("machine", "StateMachineName", "arn"),
}
"""By kind and attribute, none for `Ref`. Within the API, a thing is known by its name or its path."""
