"""Lists the resources in a cloud, service by service: each by kind and name, with its settings.

Generated ids are replaced by the names of their resources, and roles by their permissions, so that two clouds can be
compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final, TypeAlias

import boto3

Thing: TypeAlias = Any
"""JSON."""

Inventory: TypeAlias = dict[str, Thing]
"""`queue tradewind-dev-email-queue` and its attributes."""

_DEFAULT_BUS: Final = "default"
_MANY: Final = 500


def take(session: boto3.Session, endpoint_url: str | None = None) -> Inventory:
    """All resources that the shop's templates can make; not their contents."""
    cloud = CloudReader(session, endpoint_url)
    return {f"{kind} {name}": thing for kind, listed in KINDS.items() for name, thing in listed(cloud)}


class CloudReader:
    """Reads from the services of a cloud; knows its roles by their ARNs."""

    def __init__(self, session: boto3.Session, endpoint_url: str | None) -> None:
        self._session = session
        self._endpoint_url = endpoint_url
        self._clients: dict[str, Any] = {}

    def ask(self, service: str, operation: str, **asked: Any) -> Any:  # noqa: ANN401 - as boto3 answers
        client = self._clients.get(service) or self._session.client(service, endpoint_url=self._endpoint_url)  # type: ignore[call-overload]
        self._clients[service] = client
        return getattr(client, operation)(**asked)

    def pages(self, service: str, operation: str, key: str, **asked: Any) -> Iterator[Any]:  # noqa: ANN401 - the same
        """The entries under `key` of all pages."""
        token: dict[str, Any] = {}
        while True:
            page = self.ask(service, operation, **asked, **token)
            yield from page.get(key) or []
            following = [name for name in _TOKENS if page.get(name)]
            if not following:
                return
            token = {_TOKENS[following[0]]: page[following[0]]}

    @cached_property
    def roles(self) -> Mapping[str, Thing]:
        """The trust and the permissions of each role, by its ARN."""
        return {role["Arn"]: self._permissions(role) for role in self.pages("iam", "list_roles", "Roles")}

    def _permissions(self, role: Thing) -> Thing:
        name = role["RoleName"]
        inline = self.pages("iam", "list_role_policies", "PolicyNames", RoleName=name)
        policies = {each: self.ask("iam", "get_role_policy", RoleName=name, PolicyName=each) for each in inline}
        return {
            "trusts": role["AssumeRolePolicyDocument"]["Statement"],
            "allows": {each: policy["PolicyDocument"]["Statement"] for each, policy in policies.items()},
        }


_TOKENS = {"NextMarker": "Marker", "Marker": "Marker", "NextToken": "NextToken", "nextToken": "nextToken"}


def _functions(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("lambda", "list_functions", "Functions"):
        yield (
            each["FunctionName"],
            {
                **_only(each, "Handler", "Runtime", "MemorySize", "Timeout", "Architectures"),
                "Environment": each["Environment"]["Variables"],
                "Tracing": each["TracingConfig"]["Mode"],
                "Logging": _only(each.get("LoggingConfig", {}), "LogFormat", "LogGroup"),
                "Layers": [layer["Arn"] for layer in each.get("Layers") or []],
                "Role": cloud.roles[each["Role"]],
            },
        )


def _sources(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("lambda", "list_event_source_mappings", "EventSourceMappings"):
        yield (
            _last(each["FunctionArn"].partition(":function:")[2].partition(":")[0]),
            {
                "Function": each["FunctionArn"],
                "Source": _source(each["EventSourceArn"]),
                **_only(each, "BatchSize", "StartingPosition", "FilterCriteria", "FunctionResponseTypes"),
                **_only(each, "MaximumBatchingWindowInSeconds", "ScalingConfig"),
                **_only(each, "BisectBatchOnFunctionError", "MaximumRetryAttempts", "MaximumRecordAgeInSeconds"),
                "Failures": (each.get("DestinationConfig") or {}).get("OnFailure"),
            },
        )


def _tables(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for name in cloud.pages("dynamodb", "list_tables", "TableNames"):
        table = cloud.ask("dynamodb", "describe_table", TableName=name)["Table"]
        ttl = cloud.ask("dynamodb", "describe_time_to_live", TableName=name)["TimeToLiveDescription"]
        backups = cloud.ask("dynamodb", "describe_continuous_backups", TableName=name)["ContinuousBackupsDescription"]
        yield (
            name,
            {
                **_only(table, "KeySchema", "StreamSpecification", "DeletionProtectionEnabled"),
                "Attributes": _by(table["AttributeDefinitions"], "AttributeName"),
                "Billing": table["BillingModeSummary"]["BillingMode"],
                "Encryption": table.get("SSEDescription", {}).get("Status"),
                "Indexes": _by(table["GlobalSecondaryIndexes"], "IndexName", "KeySchema", "Projection"),
                "Expiry": ttl,
                "Backups": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
            },
        )


def _queues(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for url in cloud.pages("sqs", "list_queues", "QueueUrls"):
        attributes = cloud.ask("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
        kept = {name: value for name, value in attributes.items() if "Timestamp" not in name and "Approx" not in name}
        yield _last(url), kept | {name: json.loads(kept[name]) for name in ("Policy", "RedrivePolicy") if name in kept}


def _buses(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("events", "list_event_buses", "EventBuses"):
        if each["Name"] != _DEFAULT_BUS:
            yield each["Name"], {}


def _archives(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("events", "list_archives", "Archives"):
        archive = cloud.ask("events", "describe_archive", ArchiveName=each["ArchiveName"])
        settings = _only(archive, "EventSourceArn", "RetentionDays")
        yield each["ArchiveName"], {**settings, "EventPattern": json.loads(archive["EventPattern"])}


def _rules(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for bus in cloud.pages("events", "list_event_buses", "EventBuses"):
        for rule in cloud.pages("events", "list_rules", "Rules", EventBusName=bus["Name"]):
            asked = {"Rule": rule["Name"], "EventBusName": bus["Name"]}
            targets = cloud.pages("events", "list_targets_by_rule", "Targets", **asked)
            yield (
                rule["Name"],
                {
                    "Bus": bus["Name"],
                    **_only(rule, "ScheduleExpression", "State"),
                    "EventPattern": json.loads(rule.get("EventPattern") or "null"),
                    "Targets": {each["Id"]: _target(cloud, each) for each in targets},
                },
            )


def _target(cloud: CloudReader, target: Thing) -> Thing:
    role = cloud.roles[target["RoleArn"]] if target.get("RoleArn") else None
    return {**_only(target, "Arn", "DeadLetterConfig", "RetryPolicy"), "Role": role}


def _machines(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("stepfunctions", "list_state_machines", "stateMachines"):
        machine = cloud.ask("stepfunctions", "describe_state_machine", stateMachineArn=each["stateMachineArn"])
        yield (
            each["name"],
            {
                **_only(machine, "type", "loggingConfiguration", "tracingConfiguration"),
                "definition": json.loads(machine["definition"]),
                "role": cloud.roles[machine["roleArn"]],
            },
        )


def _secrets(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("secretsmanager", "list_secrets", "SecretList"):
        value = cloud.ask("secretsmanager", "get_secret_value", SecretId=each["ARN"])["SecretString"]
        yield each["Name"], {"Length": len(value), "IsAlphanumeric": value.isalnum()}


def _log_groups(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("logs", "describe_log_groups", "logGroups"):
        yield each["logGroupName"], {"Retention": each.get("retentionInDays")}


def _topics(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("sns", "list_topics", "Topics"):
        attributes = cloud.ask("sns", "get_topic_attributes", TopicArn=each["TopicArn"])["Attributes"]
        yield each["TopicArn"].rpartition(":")[2], json.loads(attributes.get("Policy") or "null")


def _alarms(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("cloudwatch", "describe_alarms", "MetricAlarms"):
        yield (
            each["AlarmName"],
            {
                **_only(each, "AlarmDescription", "AlarmActions", "OKActions", "ActionsEnabled"),
                **_only(each, "Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period"),
                **_only(each, "ComparisonOperator", "Threshold", "EvaluationPeriods", "TreatMissingData"),
            },
        )


def _dashboards(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("cloudwatch", "list_dashboards", "DashboardEntries"):
        name = each["DashboardName"]
        yield name, json.loads(cloud.ask("cloudwatch", "get_dashboard", DashboardName=name)["DashboardBody"])


def _identities(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("sesv2", "list_email_identities", "EmailIdentities"):
        yield each["IdentityName"], {}


def _configuration_sets(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for name in cloud.pages("sesv2", "list_configuration_sets", "ConfigurationSets"):
        made = cloud.ask("sesv2", "get_configuration_set", ConfigurationSetName=name)
        reported = cloud.ask("sesv2", "get_configuration_set_event_destinations", ConfigurationSetName=name)
        yield name, {**_only(made, "SuppressionOptions"), "Destinations": reported["EventDestinations"]}


def _subscriptions(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("sns", "list_subscriptions", "Subscriptions"):
        asked = {"SubscriptionArn": each["SubscriptionArn"]}
        attributes = cloud.ask("sns", "get_subscription_attributes", **asked)["Attributes"]
        ends = f"{each['TopicArn'].rpartition(':')[2]} to {each['Endpoint']}"
        yield ends, {"Protocol": each["Protocol"], "Raw": attributes.get("RawMessageDelivery")}


def _buckets(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("s3", "list_buckets", "Buckets"):
        yield each["Name"], {}


def _plans(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("apigateway", "get_usage_plans", "items", limit=_MANY):
        yield each["name"], _only(each, "throttle", "quota")


def _keys(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("apigateway", "get_api_keys", "items", limit=_MANY):
        yield each["name"], _only(each, "enabled")


def _layers(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("lambda", "list_layers", "Layers"):
        yield each["LayerName"], {}


def _roles(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for each in cloud.pages("iam", "list_roles", "Roles"):
        yield each["RoleName"], cloud.roles[each["Arn"]]


def _apis(cloud: CloudReader) -> Iterator[tuple[str, Thing]]:
    for api in cloud.pages("apigateway", "get_rest_apis", "items", limit=_MANY):
        yield from _api(cloud, api)


def _api(cloud: CloudReader, api: Thing) -> Iterator[tuple[str, Thing]]:
    """The API and each of its parts by itself, so that a difference names the part."""
    asked = {"restApiId": api["id"], "limit": _MANY}
    name = api["name"]
    validators = list(cloud.pages("apigateway", "get_request_validators", "items", **asked))
    authorizers = list(cloud.pages("apigateway", "get_authorizers", "items", **asked))
    names = {each["id"]: each["name"] for each in (*validators, *authorizers)}
    yield name, _only(api, "endpointConfiguration")
    yield from ((f"{name} validator {each['name']}", _without(each, "id", "name")) for each in validators)
    yield from ((f"{name} authorizer {each['name']}", _authorizer(cloud, each)) for each in authorizers)
    for model in cloud.pages("apigateway", "get_models", "items", **asked):
        yield f"{name} model {model['name']}", {**_only(model, "contentType"), "schema": json.loads(model["schema"])}
    for answer in cloud.pages("apigateway", "get_gateway_responses", "items", **asked):
        yield f"{name} answer {answer['responseType']}", _without(answer, "responseType")
    for resource in cloud.pages("apigateway", "get_resources", "items", **asked, embed=["methods"]):
        for verb, method in (resource.get("resourceMethods") or {}).items():
            yield f"{name} method {verb} {resource['path']}", _method(cloud, method, names)
    for stage in cloud.ask("apigateway", "get_stages", restApiId=api["id"])["item"]:
        yield (
            f"{name} stage {stage['stageName']}",
            _only(stage, "tracingEnabled", "methodSettings", "cacheClusterEnabled"),
        )


def _authorizer(cloud: CloudReader, made: Thing) -> Thing:
    return {**_without(made, "id", "name"), "authorizerCredentials": cloud.roles[made["authorizerCredentials"]]}


def _method(cloud: CloudReader, method: Thing, names: Mapping[str, str]) -> Thing:
    integration = method["methodIntegration"]
    return {
        **_only(method, "httpMethod", "authorizationType", "operationName", "apiKeyRequired"),
        "authorizer": names.get(method.get("authorizerId") or ""),
        "validator": names.get(method.get("requestValidatorId") or ""),
        "models": method.get("requestModels") or {},
        "parameters": method.get("requestParameters") or {},
        "answers": method.get("methodResponses") or {},
        "integration": {
            **_without(integration, "cacheNamespace", "cacheKeyParameters", "credentials"),
            "credentials": cloud.roles[integration["credentials"]] if integration.get("credentials") else None,
        },
    }


def _source(arn: str) -> str:
    """Without the timestamp of a stream."""
    return arn.partition("/stream/")[0]


def _last(address: str) -> str:
    return address.rpartition("/")[2]


def _only(thing: Mapping[str, Thing], *names: str) -> Thing:
    return {name: thing.get(name) for name in names}


def _without(thing: Mapping[str, Thing], *names: str) -> Thing:
    return {name: value for name, value in thing.items() if name not in names and name != "ResponseMetadata"}


def _by(things: list[Thing], name: str, *kept: str) -> Thing:
    return {thing[name]: _only(thing, *(kept or tuple(thing))) for thing in things}


KINDS: Final[Mapping[str, Callable[[CloudReader], Iterator[tuple[str, Thing]]]]] = {
    "function": _functions,
    "layer": _layers,
    "source of": _sources,
    "role": _roles,
    "table": _tables,
    "queue": _queues,
    "bus": _buses,
    "archive": _archives,
    "rule": _rules,
    "state machine": _machines,
    "secret": _secrets,
    "log group": _log_groups,
    "topic": _topics,
    "subscription": _subscriptions,
    "alarm": _alarms,
    "dashboard": _dashboards,
    "identity": _identities,
    "configuration set": _configuration_sets,
    "bucket": _buckets,
    "api": _apis,
    "usage plan": _plans,
    "api key": _keys,
}
"""The functions that list each kind of resource."""
