"""The shop as a SAM template: the CloudFormation template, with functions, API, schedules and state machine as SAM's.

API Gateway does not check bodies before a function is called; the functions check the same. SAM would hand API Gateway
one OpenAPI document, whose models support less of JSON Schema than a model of CloudFormation's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import contract_of
from tradewind_tools.blueprint.model import Authorizer, Function, Route
from tradewind_tools.exports.artifacts import Artifacts
from tradewind_tools.exports.cloudformation import cors, invocation
from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.api import STAGE_ID
from tradewind_tools.exports.cloudformation.functions import ARCHITECTURE, RUNTIME, function_id
from tradewind_tools.exports.cloudformation.invocation import AUTHORIZER, authorizer_of
from tradewind_tools.exports.cloudformation.names import Resource, Resources, Value, arn, ref, resource
from tradewind_tools.exports.cloudformation.paths import API
from tradewind_tools.exports.rename_references import rename_references
from tradewind_tools.exports.template_reader import TemplateReader

TRANSFORM = "AWS::Serverless-2016-10-31"

_DEPENDENCIES = "Dependencies"
_NO_CODE = cloudformation.Code("", "")
_GLOBAL = ("Runtime", "Architectures", "Tracing", "LoggingConfig", "Environment")
_MADE_BY_SAM = (
    "AWS::ApiGateway::",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::StepFunctions::StateMachine",
)


def template(stage: str, artifacts: Artifacts, included: Sequence[Function] = FUNCTIONS) -> dict[str, Any]:
    """The template of a stage, for `sam deploy`.

    Raises InvalidStage, and HandlerMissing when a function's code cannot be imported.
    """
    whole = cloudformation.template(stage, _NO_CODE, included)
    shop = _Shop(TemplateReader(whole["Resources"]), artifacts, included)
    made: dict[str, Any] = {
        **{part: whole[part] for part in ("AWSTemplateFormatVersion", "Description")},
        "Transform": TRANSFORM,
        **{part: whole[part] for part in ("Parameters", "Conditions")},
        "Globals": {"Function": shop.global_properties()},
        "Resources": shop.resources(),
        "Outputs": whole["Outputs"],
    }
    names = shop.names()
    return {part: rename_references(value, names) for part, value in made.items()}


class _Shop:
    """The resources of a CloudFormation template as SAM's."""

    def __init__(self, stack: TemplateReader, artifacts: Artifacts, functions: Sequence[Function]) -> None:
        self._stack = stack
        self._artifacts = artifacts
        self._functions = functions

    def global_properties(self) -> Resource:
        """The properties that are the same for every function."""
        return {word: self._properties(self._functions[0])[word] for word in _GLOBAL}

    def resources(self) -> Resources:
        machines = self._stack.of_type("StepFunctions::StateMachine")
        return {
            **self._stack.without(_MADE_BY_SAM, {*invocation.caller_ids(self._functions), *self._rules()}),
            **self._layer(),
            API: self._api(),
            **{function_id(function): self._function(function) for function in self._functions},
            **{name: _machine(made) for name, made in machines.items()},
        }

    def names(self) -> dict[str, str]:
        """The logical ids that SAM gives to the resources that it makes."""
        return {STAGE_ID: f"{API}{invocation.STAGE}Stage", **self._rules()}

    def _rules(self) -> dict[str, str]:
        """The rules that are events of a function, and SAM's ids for them."""
        functions = self._stack.of_type("Lambda::Function")
        return {rule: f"{function}{rule}" for function in functions for rule in self._stack.rules_to(function)}

    def _layer(self) -> Resources:
        if self._artifacts.layer is None:
            return {}
        about = {"ContentUri": self._artifacts.layer, "CompatibleArchitectures": [ARCHITECTURE]}
        return {_DEPENDENCIES: resource("Serverless::LayerVersion", **about, CompatibleRuntimes=[RUNTIME])}

    def _function(self, function: Function) -> Resource:
        own = {word: value for word, value in self._properties(function).items() if word not in _GLOBAL}
        events = {**_request(function), **self._source(function), **self._schedules(function)}
        address = self._artifacts.of(function.name)
        return resource("Serverless::Function", CodeUri=address, **own, **({"Events": events} if events else {}))

    def _properties(self, function: Function) -> Resource:
        """The properties that SAM takes as CloudFormation does, and tracing."""
        made = self._stack.properties(function_id(function))
        del made["Code"]
        made["Tracing"] = made.pop("TracingConfig")["Mode"]
        layers = [ref(_DEPENDENCIES)] if self._artifacts.layer else []
        layers += [_one_layer(made["Layers"])] if "Layers" in made else []
        return made | ({"Layers": layers} if layers else {})

    def _source(self, function: Function) -> Resources:
        mapping = self._stack.source_of(function)
        return _source_event(mapping) if mapping else {}

    def _schedules(self, function: Function) -> Resources:
        events: Resources = {}
        for name, rule in self._stack.rules_to(function_id(function)).items():
            when = {"Schedule": rule["ScheduleExpression"], "Name": rule["Name"]}
            events |= _event(name, "Schedule", **when, **_failure_settings(rule))
        return events

    def _api(self) -> Resource:
        api, stage = self._stack.properties(API), self._stack.properties(STAGE_ID)
        answers = self._stack.of_type("ApiGateway::GatewayResponse").values()
        return resource(
            "Serverless::Api",
            Name=api["Name"],
            Tags={tag["Key"]: tag["Value"] for tag in api.get("Tags", ())},
            EndpointConfiguration={"Type": api["EndpointConfiguration"]["Types"][0]},
            OpenApiVersion="3.0.1",
            **{word: value for word, value in stage.items() if word not in {"RestApiId", "DeploymentId"}},
            Auth=self._auth(),
            Cors={
                "AllowOrigin": cors.ANY_ORIGIN,
                "AllowHeaders": f"'{','.join(cors.REQUEST_HEADERS)}'",
                "MaxAge": f"'{limits.CORS_PREFLIGHT_SECONDS}'",
            },
            GatewayResponses={answer["ResponseType"]: _answer(answer) for answer in answers},
        )

    def _auth(self) -> Value:
        asked = next(function for function in self._functions if isinstance(function.trigger, Authorizer))
        authorizers = {
            name: {
                "FunctionArn": arn(function_id(asked)),
                "Identity": {
                    "Header": "Authorization",
                    "ValidationExpression": made["IdentityValidationExpression"],
                    "ReauthorizeEvery": made["AuthorizerResultTtlInSeconds"],
                },
            }
            for name, made in self._stack.of_type("ApiGateway::Authorizer").items()
        }
        return {
            "DefaultAuthorizer": AUTHORIZER,
            "AddDefaultAuthorizerToCorsPreflight": False,
            "Authorizers": authorizers,
        }


def _request(function: Function) -> Resources:
    if not isinstance(function.trigger, Route):
        return {}
    where = {"Method": function.trigger.method.lower(), "Path": function.trigger.path}
    asked = authorizer_of(contract_of(function).role) or "NONE"
    own = {} if asked == AUTHORIZER else {"Auth": {"Authorizer": asked}}
    return _event("Request", "Api", RestApiId=ref(API), **where, **own)


def _machine(made: Resource) -> Resource:
    return resource(
        "Serverless::StateMachine",
        Name=made["StateMachineName"],
        Type=made["StateMachineType"],
        Role=made["RoleArn"],
        Definition=made["Definition"],
        DefinitionSubstitutions=made["DefinitionSubstitutions"],
        Tracing=made["TracingConfiguration"],
        Logging=made["LoggingConfiguration"],
    )


def _one_layer(layers: Value) -> Value:
    """A conditional list of one layer as a list with a conditional layer."""
    condition, (layer,), nothing = layers["Fn::If"]
    return {"Fn::If": [condition, layer, nothing]}


def _event(name: str, kind: str, **properties: Value) -> Resources:
    return {name: {"Type": kind, "Properties": properties}}


def _source_event(mapping: Resource) -> Resources:
    """The event of a queue or of the table's stream; its other properties are as in CloudFormation."""
    rest = {word: value for word, value in mapping.items() if word not in {"FunctionName", "EventSourceArn"}}
    if "StartingPosition" in mapping:
        return _event("StreamSource", "DynamoDB", Stream=mapping["EventSourceArn"], **rest)
    return _event("Queue", "SQS", Queue=mapping["EventSourceArn"], **rest)


def _failure_settings(rule: Resource) -> Resource:
    target = rule["Targets"][0]
    return {word: target[word] for word in ("DeadLetterConfig", "RetryPolicy")}


def _answer(made: Resource) -> Resource:
    headers = {
        name.removeprefix("gatewayresponse.header."): value for name, value in made["ResponseParameters"].items()
    }
    kept: Resource = {word: made[word] for word in ("StatusCode", "ResponseTemplates") if word in made}
    return {**kept, "ResponseParameters": {"Headers": headers}}
