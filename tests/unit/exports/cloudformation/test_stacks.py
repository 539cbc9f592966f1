from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Function, Route
from tradewind_tools.exports.cloudformation import room
from tradewind_tools.exports.cloudformation.references import find_references
from tradewind_tools.exports.cloudformation.stacks import RELEASE, Stacks, stacks
from tradewind_tools.exports.cloudformation.template import BASE, PATHS, THE_API, Code, template
from tradewind_tools.exports.errors import NoRoom
from tradewind_tools.exports.terraform import blueprint

Template = dict[str, Any]
CODE = Code("code-bucket", "functions/1.zip")
LONGEST_STAGE = "x" * 16
OPERATIONS = 200


@pytest.fixture(scope="module", params=["local", "prod"])
def stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def made(stage: str) -> Stacks:
    return stacks(stage, CODE)


def templates(made: Stacks) -> dict[str, Template]:
    return {"root": made.root, **made.nested}


def resources(made: Stacks, kind: str) -> dict[str, tuple[str, Template]]:
    """The stack and the properties of each resource of a kind."""
    return {
        logical: (stack, each["Properties"])
        for stack, template in templates(made).items()
        for logical, each in template["Resources"].items()
        if each["Type"] == f"AWS::{kind}"
    }


def grown(count: int) -> tuple[Function, ...]:
    """A shop with so many operations: copies of today's, each with a path of its own, in the same services."""
    today = [function for function in FUNCTIONS if isinstance(function.trigger, Route)]
    copies = (copy(today[number % len(today)], number) for number in range(count - len(today)))
    return (*FUNCTIONS, *copies)


def copy(function: Function, number: int) -> Function:
    assert isinstance(function.trigger, Route)
    name = f"{function.name[:20]}-copy-{number}"
    return replace(
        function, name=name, trigger=replace(function.trigger, path=f"{function.trigger.path}/copy-{number}")
    )


def test_stacks_hold_the_resources_of_the_whole_template(made: Stacks, stage: str) -> None:
    """But for the API's deployment, whose name is another one."""
    whole = Counter(each["Type"] for each in template(stage, CODE)["Resources"].values())
    divided = Counter(each["Type"] for nested in made.nested.values() for each in nested["Resources"].values())
    assert divided == whole


def test_each_service_has_a_stack_with_its_functions_methods_and_role_of_the_api(made: Stacks) -> None:
    services = {function.name: f"{function.service}-service" for function in FUNCTIONS}
    for stack, function in resources(made, "Lambda::Function").values():
        assert stack == services[function["FunctionName"].split("-", 2)[2]]
    for stack, method in resources(made, "ApiGateway::Method").values():
        if method["HttpMethod"] != "OPTIONS":
            assert stack == services[method["OperationName"]]
            role = method["Integration"]["Credentials"]["Fn::GetAtt"][0]
            assert role in made.nested[stack]["Resources"]


def test_references_have_targets_in_their_own_stack(made: Stacks) -> None:
    for name, nested in templates(made).items():
        known = nested["Resources"].keys() | nested.get("Parameters", {}).keys()
        used = {logical for logical, _ in find_references([nested["Resources"], nested.get("Outputs")])}
        assert {each for each in used - known if not each.startswith("AWS::")} == set(), name


def test_every_parameter_is_given_and_every_output_is_taken(made: Stacks) -> None:
    asked = {name: nested.get("Outputs", {}).keys() for name, nested in made.nested.items()}
    taken: dict[str, set[str]] = {name: set() for name in made.nested}
    homes = {logical: each["Properties"]["TemplateURL"] for logical, each in made.root["Resources"].items()}
    for logical, each in made.root["Resources"].items():
        name = stack_name(homes[logical])
        assert each["Properties"].get("Parameters", {}).keys() == made.nested[name].get("Parameters", {}).keys()
    for logical, attribute in find_references([made.root["Resources"], made.root["Outputs"]]):
        if attribute:
            taken[stack_name(homes[logical])].add(attribute.removeprefix("Outputs."))
    assert taken == asked


def stack_name(address: str) -> str:
    return address.removeprefix("stacks/").removesuffix(".json")


def test_only_identifiers_of_awss_own_choice_go_from_stack_to_stack(made: Stacks) -> None:
    passed = {
        nested["Resources"][logical]["Type"]
        for nested in made.nested.values()
        for logical, _ in find_references(nested.get("Outputs", {}))
    }
    assert passed == {
        "AWS::ApiGateway::Authorizer",
        "AWS::ApiGateway::RequestValidator",
        "AWS::ApiGateway::Resource",
        "AWS::ApiGateway::RestApi",
        "AWS::DynamoDB::Table",
        "AWS::SecretsManager::Secret",
    }
    assert made.nested[BASE]["Outputs"].keys() & {"Table", "TableArn"} == set()


def test_stacks_are_made_after_what_they_name(made: Stacks) -> None:
    awaited = dict(waits(made))
    services = {name for name in made.nested if name.endswith("-service")}
    assert all("BaseStack" in awaited[name] for name in services)
    assert awaited[RELEASE] == made.root["Resources"].keys() - {"ReleaseStack"}
    assert (awaited[BASE], awaited[THE_API], awaited[PATHS]) == (set(), set(), {"ApiStack"})


def waits(made: Stacks) -> Iterator[tuple[str, set[str]]]:
    for each in made.root["Resources"].values():
        implied = {logical for logical, attribute in find_references(each["Properties"]) if attribute}
        yield stack_name(each["Properties"]["TemplateURL"]), implied | set(each.get("DependsOn", ()))


def test_deployment_of_the_api_changes_with_any_template() -> None:
    def deployment(**given: Any) -> set[str]:  # noqa: ANN401 - as stacks
        return set(resources(stacks("dev", **{"code": CODE, **given}), "ApiGateway::Deployment"))

    less_memory = tuple(replace(each, timeout_seconds=9) if each.name == "order-get" else each for each in FUNCTIONS)
    without_an_operation = tuple(each for each in FUNCTIONS if each.name != "order-cancel")
    names = [deployment(), deployment(included=less_memory), deployment(included=without_an_operation)]
    assert len(set().union(*names)) == len(names)
    assert deployment() == names[0]


def test_paths_stay_in_one_stack_whichever_services_use_them(made: Stacks) -> None:
    """A path that moved between stacks would be made in the new one before it is deleted in the old one."""
    assert {stack for stack, _ in resources(made, "ApiGateway::Resource").values()} == {PATHS}


def test_shop_with_two_hundred_operations_is_within_the_limits_of_aws() -> None:
    functions = grown(OPERATIONS)
    assert sum(isinstance(each.trigger, Route) for each in functions) == OPERATIONS
    made = stacks(LONGEST_STAGE, CODE, functions)
    for name, each in templates(made).items():
        assert len(each["Resources"]) <= limits.STACK_RESOURCES, name
        assert len(each.get("Parameters", ())) <= limits.STACK_PARAMETERS, name
        assert len(each.get("Outputs", ())) <= limits.STACK_OUTPUTS, name
        assert len(json.dumps(each, indent=2)) <= limits.TEMPLATE_BYTES, name
    assert sum(len(each["Resources"]) for each in templates(made).values()) <= limits.NESTED_RESOURCES
    assert len(resources(made, "ApiGateway::Resource")) < limits.API_PATHS


def test_roles_of_two_hundred_operations_are_within_the_limit_of_iam() -> None:
    """Terraform makes the same roles of the same template."""
    whole = template(LONGEST_STAGE, CODE, grown(OPERATIONS))["Resources"]
    roles = {name: each for name, each in whole.items() if each["Type"] == "AWS::IAM::Role"}
    sizes = {name: room.count_policy_characters(role, whole) for name, role in roles.items()}
    assert max(sizes.values()) <= limits.ROLE_POLICY_CHARACTERS
    assert "IdentityApi2Role" in roles
    callers = {name for name in roles if re.search(r"Api\d*Role$", name)}
    assert len(callers) > 1
    assert sum(sizes[name] for name in callers) > limits.ROLE_POLICY_CHARACTERS


def test_terraform_gets_a_role_of_the_api_for_each_service() -> None:
    roles = set(blueprint.document("prod")["roles"]["apigateway"])
    services = {each.service for each in FUNCTIONS if isinstance(each.trigger, Route)}
    assert roles == {"api-authorizer", *(f"{service}-api" for service in services)}


def test_service_that_is_too_large_is_refused_with_what_is_too_much() -> None:
    [product] = [each for each in FUNCTIONS if each.name == "product-get"]
    crowd = (*FUNCTIONS, *(copy(product, number) for number in range(130)))
    with pytest.raises(NoRoom, match=r"catalog-service has [\d,]+ resources"):
        stacks("prod", CODE, crowd)
