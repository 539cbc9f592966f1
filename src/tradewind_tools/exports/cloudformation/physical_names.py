"""How one stack refers to what another one makes: by the name it has in AWS, which the blueprint gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tradewind_tools.exports.cloudformation.names import Resource

_PLACE = "${AWS::Region}:${AWS::AccountId}"


def _arn(service: str, rest: str) -> Callable[[Resource], str]:
    return lambda made: f"arn:${{AWS::Partition}}:{service}:{_PLACE}:{rest.format(**made)}"


def _own(name: str) -> Callable[[Resource], str]:
    return lambda made: str(made[name])


_STATE_MACHINE = _arn("states", "stateMachine:{StateMachineName}")

PHYSICAL_NAMES: Final[Mapping[tuple[str, str], Callable[[Resource], str]]] = {
    ("ApiGateway::Model", ""): _own("Name"),
    ("DynamoDB::Table", ""): _own("TableName"),
    ("DynamoDB::Table", "Arn"): _arn("dynamodb", "table/{TableName}"),
    ("Events::EventBus", ""): _own("Name"),
    ("Events::EventBus", "Arn"): _arn("events", "event-bus/{Name}"),
    ("Events::Rule", "Arn"): _arn("events", "rule/{Name}"),
    ("Lambda::Function", "Arn"): _arn("lambda", "function:{FunctionName}"),
    ("Logs::LogGroup", ""): _own("LogGroupName"),
    ("Logs::LogGroup", "Arn"): _arn("logs", "log-group:{LogGroupName}:*"),
    ("SES::ConfigurationSet", ""): _own("Name"),
    ("SQS::Queue", "Arn"): _arn("sqs", "{QueueName}"),
    ("StepFunctions::StateMachine", ""): _STATE_MACHINE,
    ("StepFunctions::StateMachine", "Arn"): _STATE_MACHINE,
}
"""By kind and attribute, which is empty for `Ref`: a text for `Fn::Sub`, made of the resource's properties.

The rules are those of the default bus; no other stack refers to the shop's own."""

WITHOUT_NAME: Final = frozenset(
    {
        ("ApiGateway::Authorizer", ""),
        ("ApiGateway::RequestValidator", ""),
        ("ApiGateway::Resource", ""),
        ("ApiGateway::RestApi", ""),
        ("ApiGateway::RestApi", "RootResourceId"),
        ("DynamoDB::Table", "StreamArn"),
        ("SecretsManager::Secret", ""),
    }
)
"""What AWS gives an identifier that no name leads to: another stack gets it as a parameter.

The ARN of a secret ends with six characters of Secrets Manager's own choice, that of a stream with its time.
"""
