from __future__ import annotations

from typing import Any

import pytest

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import QueueSource, Route, Schedule, StreamSource
from tradewind_tools.exports import serverless
from tradewind_tools.exports.artifacts import Artifacts
from tradewind_tools.exports.cloudformation import stacks
from tradewind_tools.exports.cloudformation.template import Code

Document = dict[str, Any]
ARTIFACTS = Artifacts(
    functions={function.name: f"zips/{function.name}.zip" for function in FUNCTIONS}, layer="layer.zip"
)


@pytest.fixture(scope="module")
def document() -> Document:
    return serverless.document("prod", ARTIFACTS)


def test_every_function_has_the_settings_of_the_blueprint(document: Document) -> None:
    assert list(document["functions"]) == [function.name for function in FUNCTIONS]
    for function in FUNCTIONS:
        made = document["functions"][function.name]
        assert (made["memorySize"], made["timeout"]) == (function.memory_mb, function.timeout_seconds)
        assert (made["name"], made["handler"]) == (f"tradewind-prod-{function.name}", function.handler)
        assert made["package"] == {"artifact": f"zips/{function.name}.zip"}
        assert made["layers"][0] == {"Ref": "DependenciesLambdaLayer"}


def test_every_function_has_a_role_of_its_own(document: Document) -> None:
    roles = [made["role"]["Fn::GetAtt"][0] for made in document["functions"].values()]
    assert len(set(roles)) == len(FUNCTIONS)
    assert set(roles) <= set(document["resources"]["Resources"])


def test_every_function_runs_on_its_trigger(document: Document) -> None:
    words = {Route: "http", QueueSource: "sqs", StreamSource: "stream", Schedule: "eventBridge"}
    for function in FUNCTIONS:
        events = document["functions"][function.name].get("events", [])
        word = words.get(type(function.trigger))
        assert [list(event) for event in events] == ([[word]] if word else [])


def test_queue_consumers_have_a_maximum_concurrency(document: Document) -> None:
    [event] = document["functions"]["email-sender"]["events"]
    assert event["sqs"]["maximumConcurrency"] == limits.SENDERS_CONCURRENCY
    [event] = document["functions"]["checkout-starter"]["events"]
    assert event["sqs"]["maximumConcurrency"] == "${param:CheckoutConcurrency}"
    assert document["params"]["default"]["CheckoutConcurrency"] == str(limits.CHECKOUT_CONCURRENCY)


def test_operations_that_are_not_public_have_the_authorizer(document: Document) -> None:
    def authorizer(name: str) -> Any:  # noqa: ANN401 - JSON
        return document["functions"][name]["events"][0]["http"].get("authorizer")

    assert authorizer("auth-login") is None
    assert authorizer("order-create")["name"] == "auth-authorizer"
    assert authorizer("order-create")["type"] == "token"


def test_settings_without_a_default_are_parameters_of_the_deployment(document: Document) -> None:
    asked = {made["ParameterKey"] for made in document["provider"]["stackParameters"]}
    assert asked == set(document["resources"]["Parameters"])
    assert "MailFrom" not in document["params"]["default"]
    assert document["params"]["default"]["Currency"] == "USD"


def test_methods_have_no_metrics_of_their_own(document: Document) -> None:
    assert document["provider"]["apiGateway"] == {"metrics": False}


def test_version_of_the_framework_is_pinned(document: Document) -> None:
    assert document["frameworkVersion"] == serverless.OSLS


def test_alarms_stand_in_a_stack_that_needs_nothing_of_this_one(document: Document) -> None:
    monitoring = stacks.stacks("prod", Code("", "")).nested["monitoring"]
    assert set(monitoring["Resources"]) & set(document["resources"]["Resources"]) == set()
    assert set(monitoring["Parameters"]) == {"AlarmEmail"}
    assert "AlarmEmail" not in document["resources"]["Parameters"]
