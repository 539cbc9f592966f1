"""The REST API: its paths, methods, models, validators, authorizers, gateway responses and stage, each by its name."""

from __future__ import annotations

from tradewind_tools.blueprint import limits
from tradewind_tools.exports.cloudformation.names import Resource, Value
from tradewind_tools.exports.errors import PathTooDeep
from tradewind_tools.exports.terraform.template_facts import TemplateFacts

_MOST_SEGMENTS = 6
"""As many levels of paths has the module api-gateway: Terraform's resources cannot refer to others of their own."""


def api(stack: TemplateFacts) -> Resource:
    """Everything of the API. Raises PathTooDeep."""
    made = stack.only("ApiGateway::RestApi")
    return {
        "name": made["Name"],
        "endpoints": made["EndpointConfiguration"]["Types"],
        "tags": {tag["Key"]: tag["Value"] for tag in made.get("Tags", [])},
        "paths": _paths(stack),
        "models": {each["Name"]: _model(each) for each in stack.of("ApiGateway::Model")},
        "validators": {each["Name"]: _validator(each) for each in stack.of("ApiGateway::RequestValidator")},
        "authorizers": {each["Name"]: _authorizer(each) for each in stack.of("ApiGateway::Authorizer")},
        "methods": {f"{each['HttpMethod']} {each['ResourceId']}": _method(each) for each in _methods(stack)},
        "gateway_responses": {
            each["ResponseType"]: _response(each) for each in stack.of("ApiGateway::GatewayResponse")
        },
        "stage": _stage(stack.only("ApiGateway::Stage")),
        "usage_plans": {plan.name: _plan(plan) for plan in limits.USAGE_PLANS},
    }


def _paths(stack: TemplateFacts) -> Resource:
    """By depth, each with its parent and its own last segment."""
    levels: Resource = {str(depth): {} for depth in range(1, _MOST_SEGMENTS + 1)}
    for made in stack.of("ApiGateway::Resource"):
        path = f"{made['ParentId']}/{made['PathPart']}"
        if path.count("/") > _MOST_SEGMENTS:
            raise PathTooDeep(path, _MOST_SEGMENTS)
        levels[str(path.count("/"))][path] = {"parent": made["ParentId"], "part": made["PathPart"]}
    return levels


def _model(made: Resource) -> Resource:
    return {"content_type": made["ContentType"], "schema": made["Schema"]}


def _validator(made: Resource) -> Resource:
    return {"body": made["ValidateRequestBody"], "parameters": made["ValidateRequestParameters"]}


def _authorizer(made: Resource) -> Resource:
    return {
        "type": made["Type"],
        "identity_source": made["IdentitySource"],
        "identity_pattern": made["IdentityValidationExpression"],
        "cache_seconds": made["AuthorizerResultTtlInSeconds"],
        "uri": made["AuthorizerUri"],
        "credentials": made["AuthorizerCredentials"],
    }


def _methods(stack: TemplateFacts) -> list[Resource]:
    return list(stack.of("ApiGateway::Method"))


def _method(made: Resource) -> Resource:
    operation = made.get("OperationName")
    parameters = made.get("RequestParameters", {})
    return {
        "path": made["ResourceId"],
        "method": made["HttpMethod"],
        "operation": operation,
        "authorization": made["AuthorizationType"],
        "authorizer": made.get("AuthorizerId"),
        "validator": made.get("RequestValidatorId"),
        "models": made.get("RequestModels", {}),
        "parameters": parameters,
        "cache_seconds": limits.CACHE_SECONDS if operation in limits.CACHED_OPERATIONS else None,
        "integration": _integration(made["Integration"]),
        "responses": _answers(made),
    }


def _integration(made: Resource) -> Resource:
    return {
        "type": made["Type"],
        "http_method": made.get("IntegrationHttpMethod"),
        "uri": made.get("Uri"),
        "credentials": made.get("Credentials"),
        "timeout_milliseconds": made.get("TimeoutInMillis"),
        "templates": made.get("RequestTemplates", {}),
    }


def _answers(made: Resource) -> Resource:
    """The headers of responses that no function makes, by status."""
    answered = made["Integration"].get("IntegrationResponses", [])
    return {each["StatusCode"]: {"headers": each["ResponseParameters"]} for each in answered}


def _response(made: Resource) -> Resource:
    return {
        "status": made.get("StatusCode"),
        "headers": made["ResponseParameters"],
        "templates": made["ResponseTemplates"],
    }


def _stage(made: Resource) -> Resource:
    (settings,) = made["MethodSettings"]
    return {
        "name": made["StageName"],
        "tracing": made["TracingEnabled"],
        "metrics": settings["MetricsEnabled"],
        "rate_per_second": settings["ThrottlingRateLimit"],
        "burst_requests": settings["ThrottlingBurstLimit"],
        "cache_gb": limits.CACHE_GB,
        "log_retention_days": limits.LOG_RETENTION_DAYS,
    }


def _plan(plan: limits.UsagePlan) -> Value:
    return {
        "rate_per_second": plan.rate_per_second,
        "burst_requests": plan.burst_requests,
        "quota_requests_per_month": plan.quota_requests_per_month,
    }
