"""How a reference of the CloudFormation template is written in the modules' JSON.

Most become a template of Terraform's, such as `${queue.email-queue.arn}`, which the modules fill in, so that Terraform
knows the dependencies. An ARN that follows from a name is written as it is, without a dependency.
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
    """What formatting a reference needs of the rest of the template."""

    def short(self, name: str) -> str: ...

    def resolve(self, value: Value) -> Value: ...


FormatReference: TypeAlias = Callable[[Names, str, Resource], str]
"""Formats a reference, from the names, and from the logical id and the properties of its target."""


def snake(name: str) -> str:
    """`mail_from` of `MailFrom`."""
    return _WORD_START.sub("_", name).lower()


def kebab(logical: str, ending: str = "") -> str:
    """`checkout-orchestrator` of `CheckoutOrchestratorRole`, without its ending `Role`."""
    return snake(logical.removesuffix(ending)).replace("_", "-")


def _outlet(group: str, named_by: str, attribute: str) -> FormatReference:
    return lambda names, _, made: f"${{{group}.{names.short(made[named_by])}.{attribute}}}"


def _single(text: str) -> FormatReference:
    return lambda *_: text


def _own(name: str) -> FormatReference:
    return lambda _names, _, made: str(made[name])


def _log_group_arn(_names: Names, _: str, made: Resource) -> str:
    return f"{_ARN}:logs:{_PLACE}:log-group:{made['LogGroupName']}:*"


def _rule_arn(names: Names, _: str, made: Resource) -> str:
    bus = f"{names.resolve(made['EventBusName'])}/" if "EventBusName" in made else ""
    return f"{_ARN}:events:{_PLACE}:rule/{bus}{made['Name']}"


def _topic_arn(_names: Names, _: str, made: Resource) -> str:
    return f"{_ARN}:sns:{_PLACE}:{made['TopicName']}"


def _path(names: Names, _: str, made: Resource) -> str:
    return f"{names.resolve(made['ParentId'])}/{made['PathPart']}"


REFERENCES: Final[Mapping[tuple[str, str], FormatReference]] = {
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
    ("SES::ConfigurationSet", ""): _own("Name"),
    ("SNS::Topic", ""): _topic_arn,
    ("SQS::Queue", ""): _outlet("queue", "QueueName", "url"),
    ("SQS::Queue", "Arn"): _outlet("queue", "QueueName", "arn"),
    ("SecretsManager::Secret", ""): _outlet("secret", "Name", "arn"),
    ("StepFunctions::StateMachine", ""): _outlet("machine", "StateMachineName", "arn"),
}
"""By kind and attribute, which is empty for `Ref`. Within the API a resource is known by its name or its path."""
