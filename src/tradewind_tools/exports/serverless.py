"""The shop as a `serverless.yml`, for osls, the maintained fork of the Serverless Framework 3.

Functions and their events are the framework's; table, queues, rules, roles and state machine are CloudFormation's. The
framework's stage is that of the API, `v1`; the shop's stage is in the service's name. API Gateway does not check bodies
before a function is called; the functions check the same: with models the shop would come closer to the 500 resources
that CloudFormation takes in a stack. A plugin splits what is made into nested stacks; alarms, dashboard and saved
queries are left to a stack of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import contract_of
from tradewind_tools.blueprint.model import Authorizer, Function, Route
from tradewind_tools.exports.artifacts import Artifacts
from tradewind_tools.exports.cloudformation import cors, invocation, monitoring
from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.api import STAGE_ID
from tradewind_tools.exports.cloudformation.functions import ARCHITECTURE, RUNTIME, function_id
from tradewind_tools.exports.cloudformation.invocation import authorizer_of
from tradewind_tools.exports.cloudformation.names import Resource, Resources, StageNames, Value, arn
from tradewind_tools.exports.cloudformation.paths import API
from tradewind_tools.exports.rename_references import rename_references
from tradewind_tools.exports.template_reader import TemplateReader

OSLS: Final = "4.3.1"
"""The version that this is tested with."""

SPLIT_STACKS: Final = "serverless-plugin-split-stacks"
SPLIT_STACKS_VERSION: Final = "1.15.0"
"""The same of the plugin that splits the stack."""

_NO_CODE = cloudformation.Code("", "")
_LAYER = "dependencies"
_FILLED_IN = {"CheckoutConcurrency"}
"""Parameters that the framework fills in itself: the stack has none of them."""
_MADE_BY_OSLS = (
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::Lambda::",
)


def document(stage: str, artifacts: Artifacts, included: Sequence[Function] = FUNCTIONS) -> dict[str, Any]:
    """The `serverless.yml` of a stage.

    Raises InvalidStage, and HandlerMissing when a function's code cannot be imported.
    """
    whole = _without_monitoring(cloudformation.template(stage, _NO_CODE, included), stage, included)
    shop = _Shop(TemplateReader(whole["Resources"]), artifacts, included)
    names = shop.names()
    parameters = {name: told for name, told in whole["Parameters"].items() if name not in _FILLED_IN}
    parts = {"Parameters": parameters, **{part: whole[part] for part in ("Conditions", "Outputs")}}
    return {
        "service": StageNames(stage).shop,
        "frameworkVersion": OSLS,
        "configValidationMode": "error",
        "params": {"default": _defaults(whole["Parameters"])},
        "provider": rename_references(shop.provider(StageNames(stage), parameters), names),
        "package": {"individually": True},
        "plugins": [SPLIT_STACKS],
        "custom": {"splitStacks": {"perFunction": False, "perGroupFunction": False, "perType": True}},
        **shop.layers(),
        "functions": rename_references(shop.functions(), names),
        "resources": rename_references({**parts, "Resources": shop.resources()}, names),
    }


def _without_monitoring(whole: dict[str, Any], stage: str, included: Sequence[Function]) -> dict[str, Any]:
    """The template without the alarms and what belongs to them: a stack of their own has them, by the shop's names."""
    parts = cloudformation.parts(included, _NO_CODE, StageNames(stage))
    left_out = {*parts[cloudformation.MONITORING], monitoring.ALARM_EMAIL, monitoring.HAS_ALARM_EMAIL}
    kept = {
        part: {name: made for name, made in whole[part].items() if name not in left_out}
        for part in ("Parameters", "Conditions", "Resources")
    }
    return whole | kept


def _defaults(parameters: Resources) -> Resource:
    """Parameters that are given with the command, `--param MailFrom=…`, have none."""
    return {name: made["Default"] for name, made in parameters.items() if "Default" in made}


class _Shop:
    """The resources of a CloudFormation template as the framework's."""

    def __init__(self, stack: TemplateReader, artifacts: Artifacts, functions: Sequence[Function]) -> None:
        self._stack = stack
        self._artifacts = artifacts
        self._functions = functions

    def provider(self, stage: StageNames, parameters: Resources) -> Resource:
        shared = self._stack.properties(function_id(self._functions[0]))
        return {
            "name": "aws",
            "stage": invocation.STAGE,
            "region": "${opt:region, env:AWS_REGION}",
            "stackName": stage.shop,
            "stackParameters": [_stack_parameter(name) for name in parameters],
            "runtime": RUNTIME,
            "architecture": ARCHITECTURE,
            "versionFunctions": False,
            "apiName": stage.shop,
            "endpointType": "REGIONAL",
            "apiGateway": {"metrics": self._stack.properties(STAGE_ID)["MethodSettings"][0]["MetricsEnabled"]},
            "tracing": {"apiGateway": True, "lambda": True},
            "logs": {"lambda": self._logs(shared)},
            "environment": shared["Environment"]["Variables"],
        }

    def layers(self) -> Resource:
        if self._artifacts.layer is None:
            return {}
        compatible = {"compatibleArchitectures": [ARCHITECTURE], "compatibleRuntimes": [RUNTIME]}
        return {"layers": {_LAYER: {"package": {"artifact": self._artifacts.layer}, **compatible}}}

    def functions(self) -> Resources:
        return {function.name: self._function(function) for function in self._functions}

    def resources(self) -> Resources:
        """The resources that the framework does not make."""
        return self._stack.without(_MADE_BY_OSLS, {*invocation.caller_ids(self._functions), *self._schedules()})

    def names(self) -> dict[str, str]:
        """The logical ids that the framework gives to the resources that it makes."""
        functions = {
            function_id(function): f"{_normalize(function.name)}LambdaFunction" for function in self._functions
        }
        return {API: "ApiGatewayRestApi", **functions, **self._schedules()}

    def _schedules(self) -> dict[str, str]:
        """The rules that are events of a function, and the framework's ids for them."""
        return {
            rule: f"{_plain(self._name(function))}rule1EventBridgeRule"
            for function in self._functions
            for rule in self._stack.rules_to(function_id(function))
        }

    def _name(self, function: Function) -> str:
        return str(self._stack.properties(function_id(function))["FunctionName"])

    def _function(self, function: Function) -> Resource:
        made = self._stack.properties(function_id(function))
        layers = [{"Ref": f"{_normalize(_LAYER)}LambdaLayer"}] if self._artifacts.layer else []
        layers += [_one_layer(made["Layers"])] if "Layers" in made else []
        events = [*self._request(function), *self._source(function), *self._clock(function)]
        return {
            "name": made["FunctionName"],
            "handler": made["Handler"],
            "memorySize": made["MemorySize"],
            "timeout": made["Timeout"],
            "role": made["Role"],
            "disableLogs": True,
            "dependsOn": [made["LoggingConfig"]["LogGroup"]["Ref"]],
            "package": {"artifact": self._artifacts.of(function.name)},
            **({"layers": layers} if layers else {}),
            **({"events": events} if events else {}),
        }

    def _request(self, function: Function) -> list[Value]:
        if not isinstance(function.trigger, Route):
            return []
        http = {
            "path": function.trigger.path,
            "method": function.trigger.method.lower(),
            "cors": {
                "origin": cors.ANY_ORIGIN.strip("'"),
                "headers": list(cors.REQUEST_HEADERS),
                "maxAge": limits.CORS_PREFLIGHT_SECONDS,
            },
        }
        asked = authorizer_of(contract_of(function).role)
        return [{"http": {**http, "authorizer": self._authorizer(asked)} if asked else http}]

    def _authorizer(self, asked: str) -> Resource:
        made = self._stack.of_type("ApiGateway::Authorizer")[asked]
        function = next(each.name for each in self._functions if isinstance(each.trigger, Authorizer))
        return {
            "name": made["Name"],
            "arn": arn(f"{_normalize(function)}LambdaFunction"),
            "type": made["Type"].lower(),
            "identitySource": made["IdentitySource"],
            "identityValidationExpression": made["IdentityValidationExpression"],
            "resultTtlInSeconds": made["AuthorizerResultTtlInSeconds"],
        }

    def _source(self, function: Function) -> list[Value]:
        mapping = self._stack.source_of(function)
        return [_source_event(mapping)] if mapping else []

    def _clock(self, function: Function) -> list[Value]:
        return [{"eventBridge": _schedule(rule)} for rule in self._stack.rules_to(function_id(function)).values()]

    def _logs(self, shared: Resource) -> Resource:
        group = self._stack.properties(shared["LoggingConfig"]["LogGroup"]["Ref"])
        said = shared["LoggingConfig"]
        return {
            "logFormat": said["LogFormat"],
            "applicationLogLevel": said["ApplicationLogLevel"],
            "systemLogLevel": said["SystemLogLevel"],
            "logGroup": group["LogGroupName"],
        }


def _stack_parameter(name: str) -> Resource:
    return {"ParameterKey": name, "ParameterValue": f"${{param:{name}}}"}


def _normalize(name: str) -> str:
    """`product-get` -> `ProductDashget`: how the framework makes logical ids."""
    return name[0].upper() + name[1:].replace("-", "Dash")


def _plain(name: str) -> str:
    """`tradewind-dev-job` -> `Tradewinddevjob`: how the framework makes logical ids of rules."""
    return name[0].upper() + re.sub(r"\W", "", name[1:])


def _one_layer(layers: Value) -> Value:
    """A conditional list of one layer as a list with a conditional layer."""
    condition, (layer,), nothing = layers["Fn::If"]
    return {"Fn::If": [condition, layer, nothing]}


def _source_event(mapping: Resource) -> Resource:
    where = {"arn": mapping["EventSourceArn"], "batchSize": mapping["BatchSize"]}
    if "StartingPosition" not in mapping:
        return {"sqs": {**where, **_of_queue(mapping)}}
    return {
        "stream": {
            "type": "dynamodb",
            **where,
            "startingPosition": mapping["StartingPosition"],
            "filterPatterns": [json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"]],
            "bisectBatchOnFunctionError": mapping["BisectBatchOnFunctionError"],
            "maximumRetryAttempts": mapping["MaximumRetryAttempts"],
            "maximumRecordAgeInSeconds": mapping["MaximumRecordAgeInSeconds"],
            "destinations": {
                "onFailure": {"arn": mapping["DestinationConfig"]["OnFailure"]["Destination"], "type": "sqs"}
            },
        }
    }


def _of_queue(mapping: Resource) -> Resource:
    return {
        "functionResponseType": mapping["FunctionResponseTypes"][0],
        "maximumConcurrency": _number(mapping["ScalingConfig"]["MaximumConcurrency"]),
        "maximumBatchingWindow": mapping["MaximumBatchingWindowInSeconds"],
    }


def _number(value: Value) -> Value:
    """The framework checks for a number before CloudFormation could put in a parameter."""
    return f"${{param:{value['Ref']}}}" if isinstance(value, dict) else value


def _schedule(rule: Resource) -> Resource:
    (target,) = rule["Targets"]
    return {
        "name": rule["Name"],
        "schedule": rule["ScheduleExpression"],
        "deadLetterQueueArn": target["DeadLetterConfig"]["Arn"],
        "retryPolicy": {
            "maximumEventAge": target["RetryPolicy"]["MaximumEventAgeInSeconds"],
            "maximumRetryAttempts": target["RetryPolicy"]["MaximumRetryAttempts"],
        },
    }
