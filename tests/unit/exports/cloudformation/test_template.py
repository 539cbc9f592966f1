from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tradewind.edge.http import SECURITY_HEADERS, Empty
from tradewind.kernel.caller import Role
from tradewind.settings import Settings
from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.alarms import ALARMS
from tradewind_tools.blueprint.errors import HandlerMissing, InvalidStage
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import contract_of
from tradewind_tools.blueprint.messaging import DEAD_LETTER_QUEUES, FAILURE_QUEUES, QUEUES
from tradewind_tools.blueprint.model import Authorizer, Route, http
from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.functions import function_id
from tradewind_tools.exports.cloudformation.gateway_responses import GATEWAY_RESPONSES
from tradewind_tools.exports.cloudformation.invocation import caller_ids_of
from tradewind_tools.exports.cloudformation.monitoring import alarm_id
from tradewind_tools.exports.cloudformation.names import logical_id
from tradewind_tools.exports.cloudformation.template import Code, template

Template = dict[str, Any]
CODE = Code("code-bucket", "functions/1.zip")

WITHOUT_RESOURCES = ("dynamodb:ListStreams", "logs:", "xray:")
"""Actions that cannot be limited to a resource: finding a stream, delivering a state machine's log, writing traces."""


def resources(template: Template, kind: str) -> dict[str, Template]:
    found = template["Resources"].items()
    return {name: each["Properties"] for name, each in found if each["Type"] == f"AWS::{kind}"}


def statements(template: Template) -> Iterator[Template]:
    for role in resources(template, "IAM::Role").values():
        for policy in role["Policies"]:
            yield from policy["PolicyDocument"]["Statement"]


def test_every_function_has_a_role_and_limits(template: Template) -> None:
    functions = resources(template, "Lambda::Function")
    assert len(functions) == len(FUNCTIONS)
    roles = [made["Role"]["Fn::GetAtt"][0] for made in functions.values()]
    assert len(set(roles)) == len(roles)
    for function in FUNCTIONS:
        made = functions[function_id(function)]
        assert (made["MemorySize"], made["Timeout"]) == (function.memory_mb, function.timeout_seconds)
        assert made["Handler"] == function.handler


def test_all_functions_log_to_one_group_with_a_retention(template: Template) -> None:
    groups = resources(template, "Logs::LogGroup")
    [written] = {made["LoggingConfig"]["LogGroup"]["Ref"] for made in resources(template, "Lambda::Function").values()}
    assert not groups[written]["LogGroupName"].startswith("/aws/")
    assert all(group["RetentionInDays"] == limits.LOG_RETENTION_DAYS for group in groups.values())


def test_every_function_has_the_environment_of_the_settings(template: Template) -> None:
    wanted = {name.upper() for name in Settings.__struct_fields__}
    for made in resources(template, "Lambda::Function").values():
        assert set(made["Environment"]["Variables"]) == wanted


def test_api_gateway_may_invoke_exactly_the_operations_of_a_service_by_its_role(template: Template) -> None:
    roles = resources(template, "IAM::Role")
    by_operation: dict[str, dict[str, list[str]]] = {}
    for service in {each.service for each in FUNCTIONS if isinstance(each.trigger, Route)}:
        called = [each for each in FUNCTIONS if each.service == service and isinstance(each.trigger, Route)]
        [caller_id] = set(caller_ids_of(service, FUNCTIONS).values())
        assert invoked_by(roles[caller_id]) == [{"Fn::GetAtt": [function_id(each), "Arn"]} for each in called]
        by_operation |= {each.name: {"Fn::GetAtt": [caller_id, "Arn"]} for each in called}
    for made in resources(template, "ApiGateway::Method").values():
        if made["HttpMethod"] != "OPTIONS":
            assert made["Integration"]["Credentials"] == by_operation[made["OperationName"]]


def test_api_gateway_asks_the_authorizer_by_a_role_that_may_call_nothing_else(template: Template) -> None:
    [asked] = [each for each in FUNCTIONS if isinstance(each.trigger, Authorizer)]
    authorizers = resources(template, "ApiGateway::Authorizer").values()
    assert len(authorizers) == 2
    for each in authorizers:
        role = resources(template, "IAM::Role")[each["AuthorizerCredentials"]["Fn::GetAtt"][0]]
        assert invoked_by(role) == [{"Fn::GetAtt": [function_id(asked), "Arn"]}]


def test_answer_for_an_operation_of_administrators_is_not_kept(template: Template) -> None:
    kept = {
        name: each["AuthorizerResultTtlInSeconds"]
        for name, each in resources(template, "ApiGateway::Authorizer").items()
    }
    assert sorted(kept.values()) == [0, 300]
    roles = {function.name: contract_of(function).role for function in FUNCTIONS if isinstance(function.trigger, Route)}
    for made in resources(template, "ApiGateway::Method").values():
        if "AuthorizerId" in made:
            seconds = kept[made["AuthorizerId"]["Ref"]]
            assert seconds == (0 if roles[made["OperationName"]] in {Role.STAFF, Role.ADMIN} else 300)


def invoked_by(role: Template) -> list[Any]:
    [policy] = role["Policies"]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "lambda:InvokeFunction"
    invoked: list[Any] = statement["Resource"]
    return invoked


def test_every_operation_has_its_method(template: Template) -> None:
    methods = resources(template, "ApiGateway::Method").values()
    operations = {made["OperationName"]: made for made in methods if made["HttpMethod"] != "OPTIONS"}
    for function in FUNCTIONS:
        if isinstance(function.trigger, Route):
            made, contract = operations.pop(function.name), contract_of(function)
            assert made["HttpMethod"] == function.trigger.method
            assert made["AuthorizationType"] == ("NONE" if contract.role == "public" else "CUSTOM")
            assert ("RequestModels" in made) == (contract.body is not Empty)
    assert not operations


def test_every_path_answers_preflight_requests(template: Template) -> None:
    methods = resources(template, "ApiGateway::Method").values()
    asked = {made["ResourceId"]["Ref"]: made for made in methods if made["HttpMethod"] == "OPTIONS"}
    served = {made["ResourceId"]["Ref"] for made in methods if made["HttpMethod"] != "OPTIONS"}
    assert set(asked) == served
    headers = asked["ApiCartResource"]["Integration"]["IntegrationResponses"][0]["ResponseParameters"]
    assert headers["method.response.header.Access-Control-Allow-Methods"] == "'DELETE,GET,OPTIONS'"


def test_gateway_checks_only_that_a_body_is_an_object(template: Template) -> None:
    [model] = resources(template, "ApiGateway::Model").values()
    validator = Draft4Validator(model["Schema"])
    assert validator.is_valid({})
    others: tuple[object, ...] = ([], "text", 1, None)
    assert not any(validator.is_valid(body) for body in others)
    [check] = resources(template, "ApiGateway::RequestValidator").values()
    assert (check["ValidateRequestBody"], check["ValidateRequestParameters"]) == (True, False)


def test_gateway_responses_have_the_shape_of_our_errors(template: Template) -> None:
    responses = resources(template, "ApiGateway::GatewayResponse").values()
    assert {made["ResponseType"] for made in responses} == set(GATEWAY_RESPONSES)
    for made in responses:
        body = json.loads(made["ResponseTemplates"]["application/json"])
        assert list(body) == ["error", "message", "details", "requestId"]
        named = {name.removeprefix("gatewayresponse.header.").lower() for name in made["ResponseParameters"]}
        assert named >= {"access-control-allow-origin", "x-request-id", *SECURITY_HEADERS}
        assert bool(body["details"]) == (made.get("StatusCode") == "422")
        assert ("gatewayresponse.header.Retry-After" in made["ResponseParameters"]) == (made.get("StatusCode") == "429")


def test_gateway_responses_hold_nothing_that_a_request_could_break_their_json_with(template: Template) -> None:
    for made in resources(template, "ApiGateway::GatewayResponse").values():
        assert re.findall(r"\$[\w.]+", made["ResponseTemplates"]["application/json"]) == ["$context.requestId"]


def test_metrics_of_each_method_and_a_kms_key_for_the_table_are_off(template: Template) -> None:
    """Metrics of every method are custom ones at a price; a key of KMS is paid for by the request."""
    (stage,) = resources(template, "ApiGateway::Stage").values()
    assert [each["MetricsEnabled"] for each in stage["MethodSettings"]] == [False]
    (table,) = resources(template, "DynamoDB::Table").values()
    assert "SSESpecification" not in table


def test_every_queue_has_dead_letters(template: Template) -> None:
    queues = resources(template, "SQS::Queue")
    last = {
        logical_id(name) for name in (*(q.dead_letters for q in QUEUES), *(letters.name for letters in FAILURE_QUEUES))
    }
    for name, made in queues.items():
        if name in last:
            assert made["MessageRetentionPeriod"] == limits.DEAD_LETTER_RETENTION_SECONDS
        else:
            assert made["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in last
            assert made["RedrivePolicy"]["maxReceiveCount"] == limits.QUEUE_RECEIVES


def test_consumers_that_call_other_services_have_the_lowest_concurrency(template: Template) -> None:
    found = resources(template, "Lambda::EventSourceMapping")
    polled = {name: each for name, each in found.items() if "StartingPosition" not in each}
    at_once = {name: each["ScalingConfig"]["MaximumConcurrency"] for name, each in polled.items()}
    calling = {"EmailSenderSource", "SmsSenderSource", "RefundIssuerSource"}
    assert len(at_once) == len(QUEUES)
    assert {name for name, count in at_once.items() if count == limits.SENDERS_CONCURRENCY} == calling
    assert at_once.pop("CheckoutStarterSource") == {"Ref": "CheckoutConcurrency"}
    assert set(at_once.values()) == {limits.SENDERS_CONCURRENCY, limits.QUEUE_CONCURRENCY}


def test_another_list_of_origins_needs_no_new_deployment(template: Template) -> None:
    """API Gateway serves a snapshot of its definition, which would not change with a parameter."""
    kinds = ("ApiGateway::Method", "ApiGateway::GatewayResponse")
    assert "CorsOrigin" not in json.dumps([resources(template, kind) for kind in kinds])
    functions = resources(template, "Lambda::Function").values()
    assert all(made["Environment"]["Variables"]["CORS_ORIGIN"] == {"Ref": "CorsOrigin"} for made in functions)


def test_pages_may_send_every_header_that_the_api_reads(template: Template) -> None:
    allowed = {
        each["ResponseParameters"]["method.response.header.Access-Control-Allow-Headers"]
        for made in resources(template, "ApiGateway::Method").values()
        if made["HttpMethod"] == "OPTIONS"
        for each in made["Integration"]["IntegrationResponses"]
    }
    assert allowed == {"'authorization,content-type,idempotency-key,x-api-key,x-correlation-id'"}


def test_dead_letters_outlive_their_stack(template: Template) -> None:
    """But for those of the local stage, which is made and destroyed all the time."""
    dead_letters = {logical_id(name) for name in DEAD_LETTER_QUEUES}
    policies = {
        (name in dead_letters, made.get("DeletionPolicy"), made.get("UpdateReplacePolicy"))
        for name, made in template["Resources"].items()
        if made["Type"] == "AWS::SQS::Queue"
    }
    kept = template["Resources"]["Table"]["DeletionPolicy"]
    assert policies == {(True, kept, kept), (False, None, None)}


def test_the_stream_is_read_from_its_oldest_record(template: Template) -> None:
    """A mapping that begins at LATEST misses what is written while it is made."""
    found = resources(template, "Lambda::EventSourceMapping")
    positions = {name: made["StartingPosition"] for name, made in found.items() if "StartingPosition" in made}
    assert positions == {"StreamProcessorStreamSource": "TRIM_HORIZON"}


def test_checkout_works_off_so_many_orders_at_once_as_its_setting_says(template: Template) -> None:
    setting = template["Parameters"]["CheckoutConcurrency"]
    assert int(setting["Default"]) in {limits.CHECKOUT_CONCURRENCY, limits.LOCAL_CHECKOUT_CONCURRENCY}
    allowed = [number for number in range(1100) if re.fullmatch(setting["AllowedPattern"], str(number))]
    assert allowed == list(range(2, 1001))


def test_message_of_the_checkout_stays_hidden_for_six_times_the_time_of_a_run(template: Template) -> None:
    [starter] = [each for each in FUNCTIONS if each.name == "checkout-starter"]
    assert starter.timeout_seconds == limits.RUN_SECONDS + limits.RUN_MARGIN_SECONDS == 310
    assert resources(template, "SQS::Queue")["CheckoutQueue"]["VisibilityTimeout"] == 6 * 310
    assert resources(template, "Lambda::EventSourceMapping")["CheckoutStarterSource"]["BatchSize"] == 1


def test_every_rule_has_a_queue_for_undelivered_events(template: Template) -> None:
    policies = resources(template, "SQS::QueuePolicy")
    for name, rule in resources(template, "Events::Rule").items():
        for target in rule["Targets"]:
            failures = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
            statement = policies[f"{failures}Policy"]["PolicyDocument"]["Statement"][0]
            assert {"Fn::GetAtt": [name, "Arn"]} in statement["Condition"]["ArnEquals"]["aws:SourceArn"]


ANY_TOPIC = "arn:${AWS::Partition}:sns:*:*:*"
"""A permission for everything but topics is one to send text messages: a telephone number has no ARN."""


def test_no_role_has_a_permission_on_all_resources(template: Template) -> None:
    for statement in statements(template):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert "*" not in "".join(actions)
        if statement.get("Resource") == "*":
            assert all(action.startswith(WITHOUT_RESOURCES) for action in actions)
        if "NotResource" in statement:
            assert (actions, statement["NotResource"]) == (["sns:Publish"], {"Fn::Sub": ANY_TOPIC})


def test_items_are_granted_by_their_partitions(template: Template) -> None:
    touching = [
        each for each in statements(template) if each["Action"][0].startswith("dynamodb:") and "Condition" in each
    ]
    assert touching
    for statement in touching:
        patterns = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        lifting = (
            [{"Ref": "IndexPartitions"}] if "/index/" in str(statement["Resource"]) and not is_local(template) else []
        )
        assert patterns[len(patterns) - len(lifting) :] == lifting
        assert all(pattern.endswith("#*") for pattern in patterns if pattern not in lifting)
    scans = {action for statement in statements(template) for action in statement["Action"] if "Scan" in action}
    assert not scans


def test_condition_on_the_partitions_of_an_index_can_be_lifted_outside_the_local_cloud(template: Template) -> None:
    setting = template["Parameters"].get("IndexPartitions")
    assert (setting is None) == is_local(template)
    if setting:
        assert setting["Default"] == "none"
        assert [each for each in ("none", "*", "ORDER#*", "") if re.fullmatch(setting["AllowedPattern"], each)] == [
            "none",
            "*",
        ]


def is_local(template: Template) -> bool:
    return "tradewind-local" in json.dumps(template["Resources"]["Table"])


def test_one_statement_allows_all_partitions_of_an_action(template: Template) -> None:
    """A condition on all keys holds within one statement: a batch of two kinds of items needs both there."""
    for role in resources(template, "IAM::Role").values():
        [policy] = role["Policies"]
        allowed = [
            (action, json.dumps(each["Resource"]))
            for each in policy["PolicyDocument"]["Statement"]
            if "ForAllValues:StringLike" in each.get("Condition", {})
            for action in each["Action"]
        ]
        assert len(allowed) == len(set(allowed))


def test_references_have_targets(template: Template) -> None:
    known = set(template["Resources"]) | set(template["Parameters"])
    pseudo = {"AWS::AccountId", "AWS::NoValue"}
    assert set(references(template["Resources"])) <= known | pseudo


def test_names_are_short_enough_and_contain_the_stage(template: Template) -> None:
    names = chain(
        (made["FunctionName"] for made in resources(template, "Lambda::Function").values()),
        (made["Name"] for made in resources(template, "Events::Rule").values()),
        (made["QueueName"] for made in resources(template, "SQS::Queue").values()),
    )
    assert all(name.startswith(("tradewind-local-", "tradewind-prod-")) and len(name) <= 64 for name in names)


def test_template_is_deterministic() -> None:
    assert json.dumps(template("dev", CODE)) == json.dumps(template("dev", CODE))


def test_api_is_deployed_anew_only_when_it_changes() -> None:
    def deployment(**given: Any) -> str:  # noqa: ANN401 - as template
        made = cloudformation.template("dev", **{"code": CODE, **given})
        return next(iter(resources(made, "ApiGateway::Deployment")))

    assert deployment() == deployment(code=Code("code-bucket", "functions/2.zip"))
    without_an_operation = tuple(each for each in FUNCTIONS if each.name != "order-cancel")
    assert deployment() != deployment(included=without_an_operation)


def test_stages_have_different_names() -> None:
    local, prod = template("local", CODE), template("prod", CODE)
    assert set(prod["Resources"]) - set(local["Resources"]) == {
        "BusArchive",
        _deployment(prod),
        *resources(prod, "Logs::QueryDefinition"),
        *resources(prod, "SecretsManager::RotationSchedule"),
        *(f"{each}Permission" for each in resources(prod, "SecretsManager::RotationSchedule")),
        *(alarm_id(alarm) for alarm in ALARMS if len(alarm.metrics) > 1),
    }
    assert set(local["Resources"]) - set(prod["Resources"]) == {_deployment(local)}
    assert (local["Resources"]["Table"]["DeletionPolicy"], prod["Resources"]["Table"]["DeletionPolicy"]) == (
        "Delete",
        "Retain",
    )


def test_settings_without_a_default_are_required_outside_the_local_cloud() -> None:
    def without_default(stage: str) -> set[str]:
        parameters = template(stage, CODE)["Parameters"]
        return {name for name, parameter in parameters.items() if "Default" not in parameter}

    assert without_default("local") == set()
    assert without_default("prod") == {"MailFrom", "ShopUrl", "PaymentProvider", "SecretsExtensionArn"}


def test_missing_handler_stops_the_export() -> None:
    with pytest.raises(HandlerMissing, match=r"tradewind\.nowhere\.get"):
        template("dev", CODE, [http("lost", "GET /lost", "tradewind.nowhere.get")])


@pytest.mark.parametrize("stage", ["", "Prod", "1st", "a_b", "x" * 17])
def test_stage_is_a_short_plain_name(stage: str) -> None:
    with pytest.raises(InvalidStage, match="is not a stage"):
        template(stage, CODE)


def references(part: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Every logical name that `Ref` and `Fn::GetAtt` name."""
    if isinstance(part, list):
        yield from chain.from_iterable(map(references, part))
    if isinstance(part, dict):
        if isinstance(part.get("Ref"), str):
            yield part["Ref"]
        if "Fn::GetAtt" in part:
            yield part["Fn::GetAtt"][0]
        yield from chain.from_iterable(map(references, part.values()))


def _deployment(made: Template) -> str:
    return next(iter(resources(made, "ApiGateway::Deployment")))
