from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import pytest
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import contract_of
from tradewind_tools.blueprint.model import Route
from tradewind_tools.exports import sam, yaml_text
from tradewind_tools.exports.artifacts import Artifacts
from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.functions import function_id
from tradewind_tools.exports.cloudformation.invocation import authorizer_of
from tradewind_tools.exports.errors import NotPackaged

Template = dict[str, Any]
CODE = "s3://code-bucket/functions/1.zip"


@pytest.fixture(scope="module")
def template() -> Template:
    return sam.template("prod", Artifacts(CODE))


@pytest.fixture(scope="module")
def translated(template: Template) -> Template:
    """What SAM itself makes of the template when it is deployed."""
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="eu-central-1"))
    parameters = dict.fromkeys(template["Parameters"], "given")
    made: Template = translator.translate(json.loads(json.dumps(template)), parameters)
    return made


@pytest.fixture(scope="module")
def plain() -> Template:
    return cloudformation.template("prod", cloudformation.Code("code-bucket", "functions/1.zip"))


def properties(template: Template, kind: str) -> dict[str, Template]:
    return {name: made["Properties"] for name, made in template["Resources"].items() if made["Type"] == f"AWS::{kind}"}


def test_template_uses_the_resource_types_of_sam(template: Template) -> None:
    kinds = Counter(made["Type"] for made in template["Resources"].values())
    assert template["Transform"] == "AWS::Serverless-2016-10-31"
    assert kinds["AWS::Serverless::Function"] == len(FUNCTIONS)
    assert kinds["AWS::Serverless::Api"] == kinds["AWS::Serverless::StateMachine"] == 1
    told_otherwise = ("AWS::Lambda", "AWS::ApiGateway", "AWS::StepFunctions")
    assert {kind for kind in kinds if kind.startswith(told_otherwise)} == {"AWS::Lambda::Permission"}
    assert kinds["AWS::Lambda::Permission"] == kinds["AWS::SecretsManager::RotationSchedule"]


def test_sam_makes_the_functions_that_cloudformation_would(translated: Template, plain: Template) -> None:
    made, wanted = properties(translated, "Lambda::Function"), properties(plain, "Lambda::Function")
    assert set(made) == set(wanted)
    for name, function in wanted.items():
        assert plain_words(made[name]) == plain_words(function)


def plain_words(function: Template) -> Template:
    """SAM tags what it makes; a layer on a condition may stand in the list or around it."""
    kept = {word: value for word, value in function.items() if word != "Tags"}
    return kept | ({"Layers": sorted(referred(kept["Layers"]))} if "Layers" in kept else {})


def test_sam_makes_the_event_sources_that_cloudformation_would(translated: Template, plain: Template) -> None:
    def mappings(template: Template) -> list[str]:
        found = properties(template, "Lambda::EventSourceMapping").values()
        return sorted(json.dumps(mapping, sort_keys=True) for mapping in found)

    assert mappings(translated) == mappings(plain)


def test_sam_makes_the_rules_that_cloudformation_would(translated: Template, plain: Template) -> None:
    """All but the ids, which SAM names itself."""

    def rules(template: Template) -> dict[str, Template]:
        found = properties(template, "Events::Rule").values()
        return {rule["Name"]: {**rule, "Targets": [known(target) for target in rule["Targets"]]} for rule in found}

    def known(target: Template) -> Template:
        return {word: value for word, value in target.items() if word != "Id"}

    assert rules(translated) == rules(plain)


def test_only_the_same_rules_may_send_to_a_queue(translated: Template, plain: Template) -> None:
    """The logical ids of rules differ; their names do not."""

    def feeding(template: Template) -> dict[str, set[str]]:
        names = {logical: rule["Name"] for logical, rule in properties(template, "Events::Rule").items()}
        names |= {logical: topic["TopicName"] for logical, topic in properties(template, "SNS::Topic").items()}
        return {
            policy: {
                names[arn["Ref"] if "Ref" in arn else arn["Fn::GetAtt"][0]] for arn in sources(made["PolicyDocument"])
            }
            for policy, made in properties(template, "SQS::QueuePolicy").items()
        }

    def sources(document: Template) -> list[Template]:
        (statement,) = document["Statement"]
        found: list[Template] = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
        return found

    assert feeding(translated) == feeding(plain)


def test_every_operation_is_a_method_for_its_callers(translated: Template) -> None:
    paths = properties(translated, "ApiGateway::RestApi")["Api"]["Body"]["paths"]
    methods = {(path, method): described for path, known in paths.items() for method, described in known.items()}
    for function in FUNCTIONS:
        if isinstance(function.trigger, Route):
            described = methods.pop((function.trigger.path, function.trigger.method.lower()))
            assert described["security"] == [{authorizer_of(contract_of(function).role) or "NONE": []}]
            assert f"${{{function_id(function)}.Arn}}" in json.dumps(described["x-amazon-apigateway-integration"])
    assert {method for _, method in methods} == {"options"}


def test_methods_have_no_metrics_of_their_own(translated: Template) -> None:
    (stage,) = properties(translated, "ApiGateway::Stage").values()
    assert [each["MetricsEnabled"] for each in stage["MethodSettings"]] == [False]


def test_state_machine_is_that_of_cloudformation(translated: Template, plain: Template) -> None:
    (made,), (wanted,) = (properties(each, "StepFunctions::StateMachine").values() for each in (translated, plain))
    assert json.loads("".join(made["DefinitionString"]["Fn::Join"][1])) == wanted["Definition"]
    assert made["DefinitionSubstitutions"] == wanted["DefinitionSubstitutions"]
    assert (made["StateMachineType"], made["LoggingConfiguration"]) == ("EXPRESS", wanted["LoggingConfiguration"])


def test_other_resources_are_taken_from_cloudformation(translated: Template, plain: Template) -> None:
    for kind in ("DynamoDB::Table", "SQS::Queue", "SecretsManager::Secret", "Logs::LogGroup", "Events::EventBus"):
        assert properties(translated, kind) == properties(plain, kind)


def test_references_have_targets(translated: Template) -> None:
    known = set(translated["Resources"]) | set(translated["Parameters"])
    used = {found for found in referred(translated["Resources"]) if not found.startswith("AWS::")}
    assert used <= known


def test_package_names_the_archive_of_each_function(tmp_path: Path) -> None:
    functions = {function.name: {"file": f"functions/{function.name}.zip"} for function in FUNCTIONS}
    manifest = {"functions": functions, "layers": {"arm64": {"file": "layer-arm64.zip"}}}
    package = tmp_path / "package"
    package.mkdir()
    (package / "manifest.json").write_text(json.dumps(manifest))
    template = sam.template("dev", Artifacts.in_folder(package, tmp_path / "release"))
    login = properties(template, "Serverless::Function")["AuthLoginFunction"]
    assert login["CodeUri"] == "../package/functions/auth-login.zip"
    assert login["Layers"][0] == {"Ref": "Dependencies"}
    layer = properties(template, "Serverless::LayerVersion")["Dependencies"]
    assert layer["ContentUri"] == "../package/layer-arm64.zip"


def test_missing_package_is_an_error_that_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(NotPackaged, match=r"\./dev package"):
        Artifacts.in_folder(tmp_path, tmp_path)


def test_file_has_no_yaml_aliases(template: Template) -> None:
    text = yaml_text.text(template)
    assert text.startswith("AWSTemplateFormatVersion:")
    assert "&id" not in text


def referred(part: Any) -> set[str]:  # noqa: ANN401 - JSON
    if isinstance(part, list):
        return set[str]().union(*map(referred, part))
    if not isinstance(part, dict):
        return set()
    own = {part["Ref"]} if isinstance(part.get("Ref"), str) else set()
    own |= {part["Fn::GetAtt"][0]} if "Fn::GetAtt" in part else set()
    return own.union(*map(referred, part.values()))
