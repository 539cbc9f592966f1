"""Functions: their settings, permissions, event sources and callers; the other roles; the log groups."""

from __future__ import annotations

import re

from tradewind_tools.exports.cloudformation.names import Resource, Value
from tradewind_tools.exports.terraform.references import kebab
from tradewind_tools.exports.terraform.template_facts import TemplateFacts

_SECRET = re.compile(r"\$\{secret\.(?P<name>[\w-]+)\.arn\}")


def functions(stack: TemplateFacts) -> Resource:
    return {stack.short(stack.raw(logical)["FunctionName"]): _function(stack, logical) for logical in _ids(stack)}


def roles(stack: TemplateFacts) -> Resource:
    """The roles that are not of functions, by the first word of the service that takes them: `states`, `apigateway`."""
    of_functions = {_role(stack, logical) for logical in _ids(stack)}
    made: Resource = {}
    for logical in stack.ids("IAM::Role"):
        if logical not in of_functions:
            role = stack.resolve(stack.raw(logical))
            made.setdefault(_service(role).partition(".")[0], {})[kebab(logical, "Role")] = {
                "service": _service(role),
                "statements": _statements(role),
            }
    return made


def log_groups(stack: TemplateFacts) -> Resource:
    return {kebab(logical, "Logs"): _log_group(stack.raw(logical)) for logical in stack.ids("Logs::LogGroup")}


def _log_group(made: Resource) -> Resource:
    return {"name": made["LogGroupName"], "retention_days": made["RetentionInDays"]}


def _ids(stack: TemplateFacts) -> list[str]:
    return stack.ids("Lambda::Function")


def _function(stack: TemplateFacts, logical: str) -> Resource:
    made = stack.resolve(stack.raw(logical))
    role = stack.resolve(stack.raw(_role(stack, logical)))
    return {
        "name": made["FunctionName"],
        "handler": made["Handler"],
        "runtime": made["Runtime"],
        "architecture": made["Architectures"][0],
        "memory_mb": made["MemorySize"],
        "timeout_seconds": made["Timeout"],
        "tracing": made["TracingConfig"]["Mode"],
        "reads_secrets": "Layers" in made,
        "environment": made["Environment"]["Variables"],
        "statements": _statements(role),
        "source": _source(stack, logical),
        "callers": _callers(stack, logical),
        "log_format": made["LoggingConfig"]["LogFormat"],
        "log_levels": {
            "application": made["LoggingConfig"]["ApplicationLogLevel"],
            "system": made["LoggingConfig"]["SystemLogLevel"],
        },
        "log_group": made["LoggingConfig"]["LogGroup"],
    }


def _role(stack: TemplateFacts, function: str) -> str:
    logical: str = stack.raw(function)["Role"]["Fn::GetAtt"][0]
    return logical


def _service(role: Resource) -> str:
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    service: str = trust["Principal"]["Service"]
    return service


def _statements(role: Resource) -> list[Value]:
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def _source(stack: TemplateFacts, function: str) -> Resource | None:
    mappings = [
        made for made in stack.of("Lambda::EventSourceMapping") if made["FunctionName"] == _arn(stack, function)
    ]
    return _event_source(mappings[0]) if mappings else None


def _event_source(mapping: Resource) -> Resource:
    return {
        "arn": mapping["EventSourceArn"],
        "batch_size": mapping["BatchSize"],
        "wait_seconds": mapping.get("MaximumBatchingWindowInSeconds"),
        "concurrency": _concurrency(mapping),
        "starting_position": mapping.get("StartingPosition"),
        "patterns": [each["Pattern"] for each in mapping.get("FilterCriteria", {}).get("Filters", [])],
        "response_types": mapping.get("FunctionResponseTypes", []),
        "bisects_batches": mapping.get("BisectBatchOnFunctionError"),
        "retries": mapping.get("MaximumRetryAttempts"),
        "record_age_seconds": mapping.get("MaximumRecordAgeInSeconds"),
        "failures": mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
    }


def _concurrency(mapping: Resource) -> str | None:
    """A template: a number, or what a setting says."""
    return str(mapping["ScalingConfig"]["MaximumConcurrency"]) if "ScalingConfig" in mapping else None


def _callers(stack: TemplateFacts, function: str) -> Resource:
    """Who may call the function: by the first word of the service, and the name of the secret that is rotated."""
    allowed = [made for made in stack.of("Lambda::Permission") if made["FunctionName"] == _arn(stack, function)]
    return {_caller(made): {"service": made["Principal"], "arn": made["SourceArn"]} for made in allowed}


def _caller(permission: Resource) -> str:
    service: str = permission["Principal"].partition(".")[0]
    secret = _SECRET.fullmatch(permission["SourceArn"])
    return f"{service}-{secret['name']}" if secret else service


def _arn(stack: TemplateFacts, function: str) -> str:
    arn: str = stack.resolve({"Ref": function})
    return arn
