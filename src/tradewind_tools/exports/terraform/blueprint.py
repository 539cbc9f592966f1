"""The blueprint as the Terraform modules read it: JSON by kind of thing, each known by the name it has in the code.

Everything comes from the CloudFormation template, so that both make the same shop. Texts are templates of Terraform:
`${queue.email-queue.arn}` stands for what the modules have made.
"""

from __future__ import annotations

from typing import Any, Final

from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.names import StageNames
from tradewind_tools.exports.cloudformation.template import Code
from tradewind_tools.exports.terraform import api, firewall, functions, mail, messaging, monitoring, storage
from tradewind_tools.exports.terraform.template_facts import TemplateFacts

EXPORTED_KINDS: Final = frozenset(
    {
        "ApiGateway::Authorizer",
        "ApiGateway::Deployment",
        "ApiGateway::GatewayResponse",
        "ApiGateway::Method",
        "ApiGateway::Model",
        "ApiGateway::RequestValidator",
        "ApiGateway::Resource",
        "ApiGateway::RestApi",
        "ApiGateway::Stage",
        "CloudWatch::Alarm",
        "CloudWatch::Dashboard",
        "DynamoDB::Table",
        "Events::Archive",
        "Events::EventBus",
        "Events::Rule",
        "IAM::Role",
        "Lambda::EventSourceMapping",
        "Lambda::Function",
        "Lambda::Permission",
        "Logs::LogGroup",
        "Logs::QueryDefinition",
        "SES::ConfigurationSet",
        "SES::ConfigurationSetEventDestination",
        "SES::EmailIdentity",
        "SNS::Subscription",
        "SNS::Topic",
        "SNS::TopicPolicy",
        "SQS::Queue",
        "SQS::QueuePolicy",
        "SecretsManager::RotationSchedule",
        "SecretsManager::Secret",
        "StepFunctions::StateMachine",
    }
)
"""The kinds of resources that the document describes."""

_NO_CODE = Code("", "")
"""The modules take the code from the package's manifest."""


def document(stage: str) -> dict[str, Any]:
    """The document of a stage. Raises InvalidStage, HandlerMissing, UnknownReference, PathTooDeep."""
    where = StageNames(stage)
    stack = TemplateFacts(cloudformation.template(stage, _NO_CODE), where)
    return {
        "stage": where.name,
        "shop": where.shop,
        "settings": stack.settings(),
        "mail": mail.facts_of(stack),
        "table": storage.table(stack),
        "secrets": storage.secrets(stack),
        "rotations": storage.rotations(stack),
        "bus": messaging.bus(stack),
        "queues": messaging.queues(stack),
        "dead_letters": messaging.dead_letters(stack),
        "rules": messaging.rules(stack),
        "schedules": messaging.schedules(stack),
        "log_groups": functions.log_groups(stack),
        "roles": functions.roles(stack),
        "functions": functions.functions(stack),
        "machines": messaging.machines(stack),
        "api": api.api(stack),
        "firewall": firewall.firewall(),
        "monitoring": monitoring.facts_of(stack),
    }
