from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import DEAD_LETTER_QUEUES, QUEUES, RULES
from tradewind_tools.blueprint.model import Route, Schedule
from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.names import StageNames
from tradewind_tools.exports.terraform import blueprint
from tradewind_tools.exports.terraform.template_facts import TemplateFacts

Document = dict[str, Any]
CODE = cloudformation.Code("code-bucket", "functions/1.zip")

_TEMPLATE = re.compile(r"(?<!\$)\$\{([^}]*)\}")
_OUTLETS = {
    "queue": {"arn", "url"},
    "function": {"arn"},
    "machine": {"arn"},
    "role": {"arn"},
    "secret": {"arn"},
    "log_group": {"name"},
}
_SINGLE = {
    "aws.partition",
    "aws.region",
    "aws.account",
    "aws.url_suffix",
    "table.name",
    "table.arn",
    "table.stream_arn",
    "bus.name",
    "bus.arn",
}


@pytest.fixture(scope="module", params=["local", "prod"])
def stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def document(stage: str) -> Document:
    return blueprint.document(stage)


def known(document: Document) -> set[str]:
    """Everything that a template in the document may stand for."""
    roles = {name for of_service in document["roles"].values() for name in of_service}
    groups = {
        "queue": {*document["queues"], *document["dead_letters"]},
        "function": set(document["functions"]),
        "machine": set(document["machines"]),
        "role": roles,
        "secret": set(document["secrets"]),
        "log_group": set(document["log_groups"]),
    }
    outlets = {
        f"{group}.{name}.{each}" for group, names in groups.items() for name in names for each in _OUTLETS[group]
    }
    return outlets | _SINGLE | {f"settings.{name}" for name in document["settings"]}


def test_every_kind_of_resource_is_exported(stage: str) -> None:
    stack = TemplateFacts(cloudformation.template(stage, CODE), StageNames(stage))
    assert stack.kinds() - blueprint.EXPORTED_KINDS == set()


def test_no_kind_is_listed_that_the_template_does_not_have() -> None:
    stack = TemplateFacts(cloudformation.template("prod", CODE), StageNames("prod"))
    assert blueprint.EXPORTED_KINDS - stack.kinds() == set()


def test_no_function_of_cloudformation_is_left(document: Document) -> None:
    assert not re.search(r'"(Ref|Fn::\w+)"|\$\{AWS::', json.dumps(document))


def test_templates_refer_to_existing_resources(document: Document) -> None:
    used = set(_TEMPLATE.findall(json.dumps(document)))
    assert used - known(document) == set()
    assert len(used) > len(FUNCTIONS)


def test_resources_have_the_names_of_the_blueprint(document: Document) -> None:
    assert set(document["functions"]) == {function.name for function in FUNCTIONS}
    assert set(document["queues"]) == {queue.name for queue in QUEUES}
    assert set(document["dead_letters"]) == set(DEAD_LETTER_QUEUES)
    assert set(document["rules"]) == {rule.name for rule in RULES}
    assert set(document["schedules"]) == {each.name for each in FUNCTIONS if isinstance(each.trigger, Schedule)}


def test_every_operation_is_a_method_of_a_path(document: Document) -> None:
    api = document["api"]
    methods = {each["operation"]: each for each in api["methods"].values() if each["operation"]}
    paths = {path for level in api["paths"].values() for path in level}
    routes = {each.name: each.trigger for each in FUNCTIONS if isinstance(each.trigger, Route)}
    assert {name: f"{each['method']} {each['path']}" for name, each in methods.items()} == {
        name: str(route) for name, route in routes.items()
    }
    assert {each["path"] for each in api["methods"].values()} <= paths
    assert {each["validator"] for each in methods.values() if each["models"]} == set(api["validators"])
    assert {model for each in methods.values() for model in each["models"].values()} == set(api["models"])


def test_each_path_is_one_level_below_its_parent(document: Document) -> None:
    levels = document["api"]["paths"]
    for depth, paths in levels.items():
        for path, resource in paths.items():
            assert path == f"{resource['parent']}/{resource['part']}"
            assert path.count("/") == int(depth)
            assert resource["parent"] == "" or resource["parent"] in levels[str(int(depth) - 1)]


def test_only_public_reads_are_cached_by_all_their_parameters(document: Document) -> None:
    cached = [each for each in document["api"]["methods"].values() if each["cache_seconds"]]
    assert {(each["method"], each["authorization"]) for each in cached} == {("GET", "NONE")}
    products = next(each for each in cached if each["path"] == "/products")
    assert "method.request.querystring.cursor" in products["parameters"]
    assert all("method.request.header.Origin" in each["parameters"] for each in cached)


def test_permissions_page_shows_what_a_role_allows(document: Document) -> None:
    (reading, *_) = document["functions"]["stock-get"]["statements"]
    assert reading["Resource"] == "${table.arn}"
    assert reading["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["PRODUCT#*"]}}


def test_state_machine_refers_to_functions_by_substitution(document: Document) -> None:
    states = document["machines"]["checkout-orchestrator"]["definition"]["States"]
    assert states["ValidateOrder"]["Parameters"]["FunctionName"] == "${function.checkout-validate-order.arn}"


def test_parameters_without_a_default_are_required_outside_the_local_cloud() -> None:
    def asked(stage: str) -> set[str]:
        return {name for name, each in blueprint.document(stage)["settings"].items() if each["default"] is None}

    assert asked("local") == set()
    assert asked("prod") >= {"mail_from", "shop_url", "payment_provider"}
