"""What no stage has by default can be planned all the same: prod's example with every option on, in a local cloud."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from tests.terraform.asked import AskedCloud

from tradewind.settings import Settings
from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Rotation
from tradewind_tools.deployment.errors import ProviderMissing, TerraformFailed, TerraformMissing
from tradewind_tools.deployment.local import MODULES
from tradewind_tools.deployment.stage import STAGES
from tradewind_tools.deployment.terraform import Terraform
from tradewind_tools.exports.terraform import blueprint
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.ministack.environment import CREDENTIALS, REGION

LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
ZONE = "Z0123456789ABC"
SETTINGS = {
    "mail_from": "shop@example.com",
    "shop_url": "https://shop.example.com",
    "payment_provider": "stripe",
    "alarm_email": "on-call@example.com",
    "secrets_extension_arn": f"arn:aws:lambda:{REGION}:000000000000:layer:extension:1",
}
EVERYTHING: dict[str, Any] = {
    "region": REGION,
    "own_key": True,
    "permissions_boundary_arn": "arn:aws:iam::000000000000:policy/boundary",
    "network": {"nat": True, "flow_log_days": 30},
    "firewall": {"allowed_countries": ["DE", "FR"], "bot_control": True},
    "mail_domain": {"name": "example.com", "zone_id": ZONE},
    "user_pool": {"callback_urls": ["https://shop.example.com/signed-in"], "domain_prefix": "shop", "tier": "LITE"},
    "functions": {
        "order-create": {"provisioned_concurrency": 2, "reserved_concurrency": 50},
        "auth-login": {"snap_start": True},
    },
    "cache_enabled": True,
    "sets_log_writer": True,
    "requires_api_key": True,
    "api_keys": {"partner": "premium", "trial": "free"},
    "domain": {"name": "api.example.com", "zone_id": ZONE},
}
ALL_BUT_THE_HOST: Final = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""AWS's own policy AllViewerExceptHostHeader, whose id is the same in every account."""
PATH_STYLE: Final = {"AWS_S3_USE_PATH_STYLE": "true"}
PAGES = {"index.html": "the shop", "admin/index.html": "the back office", "icon.svg": "<svg/>"}

ROTATED = [purpose for each in FUNCTIONS if isinstance(each.trigger, Rotation) for purpose in each.trigger.purposes]
PACKED = 2
"""Objects with code: all functions share one archive here, and there is one layer."""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The modules with their provider, the blueprints, and a manifest whose archives are empty."""
    folder = tmp_path_factory.mktemp("options")
    shutil.copytree(MODULES, folder / "terraform")
    folder.joinpath("terraform", STAGES.name, "backend_override.tf").write_text(LOCAL_STATE)
    for stage in ("dev", "prod"):
        folder.joinpath(f"{stage}.json").write_text(json.dumps(blueprint.document(stage)))
    packed = {"file": "empty.zip", "sha256": "0" * 64, "bytes": 0}
    folder.joinpath("empty.zip").touch()
    manifest = {"layers": {"arm64": packed, "x86_64": packed}, "functions": {each.name: packed for each in FUNCTIONS}}
    folder.joinpath("manifest.json").write_text(json.dumps(manifest))
    try:
        configure(folder, {}).init()
    except (TerraformMissing, ProviderMissing) as reason:
        pytest.skip(str(reason))
    return folder


@pytest.fixture(scope="module")
def where(cloud: LocalCloud) -> dict[str, str]:
    """A stage's provider names no address: the environment sends it to the local cloud."""
    return {**CREDENTIALS, "AWS_ENDPOINT_URL": cloud.endpoint_url, **PATH_STYLE}


def configure(folder: Path, variables: dict[str, Any], stage: str = "prod", example: Path | None = None) -> Terraform:
    files = {"blueprint": str(folder / f"{stage}.json"), "packages": str(folder / "manifest.json")}
    root = folder / "terraform" / STAGES.name
    return Terraform(root, folder / "data", {**files, **variables}, variables_file=example)


def web(folder: Path) -> Path:
    """A storefront with its back office."""
    for name, text in PAGES.items():
        file = folder / "web" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder / "web"


class Planned(NamedTuple):
    """What would be made, by its address, and the actions of AWS that the plan asked for."""

    resources: dict[str, dict[str, Any]]
    asked: set[str]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The values of each resource of a kind, by its address."""
        return {address: values for address, values in self.resources.items() if re.search(rf"\b{kind}\.", address)}


def planned(terraform: Terraform, cloud: LocalCloud, file: Path) -> Planned:
    """Plan as a pull request does: the state is believed."""
    with pytest.MonkeyPatch.context() as environment, AskedCloud(cloud.endpoint_url) as asked:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": asked.endpoint_url, **PATH_STYLE}.items():
            environment.setenv(name, value)
        terraform.plan(file, refresh=False)
    changes = terraform.show_json(file)["resource_changes"]
    made = {each["address"]: each["change"]["after"] for each in changes if each["change"]["actions"] == ["create"]}
    return Planned(made, asked.actions)


@pytest.fixture(scope="module")
def everything(bare: Path, cloud: LocalCloud) -> Planned:
    """Of prod's example, with every option on."""
    pages = {"folder": str(web(bare)), "domain": {"name": "shop.example.com", "zone_id": ZONE}}
    terraform = configure(bare, {**EVERYTHING, "pages": pages}, example=STAGES / "prod.tfvars.example")
    return planned(terraform, cloud, bare / "everything.tfplan")


def test_the_role_of_pull_requests_may_ask_what_a_plan_asks_and_no_more(everything: Planned) -> None:
    """Who somebody is, everybody may ask."""
    text = (MODULES / "modules" / "github-oidc" / "plan.tf").read_text()
    (allowed,) = re.findall(r'"aws_iam_policy_document" "plan" {\n.*?actions +=(.*?)\n', text, re.DOTALL)
    assert everything.asked == {*json.loads(allowed), "sts:GetCallerIdentity"}


@pytest.mark.parametrize("key", [None, "arn:aws:kms:us-east-1:000000000000:key/1"])
def test_a_table_is_encrypted_by_a_key_of_kms_only_where_a_stage_names_one(
    bare: Path, cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-target=module.shop.module.table")
    terraform = configure(bare, {"region": REGION, "settings": SETTINGS, "kms_key_arn": key})
    (table,) = planned(terraform, cloud, bare / "table.tfplan").of("aws_dynamodb_table").values()
    named = [each["kms_key_arn"] for each in table.get("server_side_encryption", [])]
    assert named == ([key] if key else [])


def test_methods_have_no_metrics_of_their_own(everything: Planned) -> None:
    settings = [each["settings"][0] for each in everything.of("aws_api_gateway_method_settings").values()]
    assert {each["metrics_enabled"] for each in settings} == {False}


def test_who_goes_round_the_edge_meets_the_same_rules(everything: Planned) -> None:
    acls = {values["scope"]: values["rule"] for values in everything.of("aws_wafv2_web_acl").values()}
    rules = {scope: {rule["name"]: rule["priority"] for rule in made} for scope, made in acls.items()}
    assert rules["CLOUDFRONT"].keys() >= {"other-countries", "requests-per-address", "AWSManagedRulesSQLiRuleSet"}
    assert rules["REGIONAL"].keys() - rules["CLOUDFRONT"].keys() == {"from-the-distribution"}
    assert min(rules["REGIONAL"], key=rules["REGIONAL"].__getitem__) == "from-the-distribution"
    assert [*rules["CLOUDFRONT"]] == [name for name in rules["REGIONAL"] if name in rules["CLOUDFRONT"]]


def test_the_distribution_hands_its_secret_to_the_api_alone(everything: Planned) -> None:
    (distribution,) = everything.of("aws_cloudfront_distribution").values()
    headers = {
        each["origin_id"]: [header["name"] for header in each["custom_header"]] for each in distribution["origin"]
    }
    assert headers == {"pages": [], "api": ["x-origin-verify"]}


def test_the_distribution_tells_the_api_who_calls(everything: Planned) -> None:
    """What is in a cache's key goes to the origin; the rest, but for the host, by the policy for origin requests."""
    (policy,) = everything.of("aws_cloudfront_cache_policy").values()
    (key,) = policy["parameters_in_cache_key_and_forwarded_to_origin"]
    assert {"Authorization", "CloudFront-Viewer-Address"} <= {*key["headers_config"][0]["headers"][0]["items"]}
    assert key["query_strings_config"][0]["query_string_behavior"] == "all"
    assert (policy["min_ttl"], policy["default_ttl"], policy["max_ttl"]) == (0, 0, 1)
    (distribution,) = everything.of("aws_cloudfront_distribution").values()
    (behaviour,) = distribution["ordered_cache_behavior"]
    assert behaviour["origin_request_policy_id"] == ALL_BUT_THE_HOST


def test_functions_know_the_distribution_by_the_hash_of_its_secret(
    bare: Path, where: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two buyers behind one edge are then two: the limit on attempts of an address stays what it is."""
    for name, value in where.items():
        monkeypatch.setenv(name, value)
    state = f"-state={tmp_path / 'state'}"
    monkeypatch.setenv("TF_CLI_ARGS_apply", f"-target=module.shop.terraform_data.edge_secret {state}")
    monkeypatch.setenv("TF_CLI_ARGS_plan", f"-target='module.shop.module.function[\"order-create\"]' {state}")
    terraform = configure(bare, {"region": REGION, "settings": SETTINGS, "pages": {"folder": str(web(bare))}})
    terraform.apply()
    terraform.plan(file := bare / "behind.tfplan", refresh=False)
    shown = terraform.show_json(file)
    (secret,) = [
        each["change"]["before"]["output"]
        for each in shown["resource_changes"]
        if each["address"] == "module.shop.terraform_data.edge_secret[0]"
    ]
    environment = {
        name: value
        for each in shown["resource_changes"]
        if each["address"] == 'module.shop.module.function["order-create"].aws_lambda_function.this'
        for name, value in each["change"]["after"]["environment"][0]["variables"].items()
    }
    assert environment["ORIGIN_SECRET_SHA256"] == sha256(secret.encode()).hexdigest()
    assert environment["ADDRESS_ATTEMPTS_LIMIT"] == str(Settings().address_attempts_limit)


def test_a_domain_is_the_only_door_to_the_api(everything: Planned) -> None:
    (api,) = everything.of("aws_api_gateway_rest_api").values()
    assert api["disable_execute_api_endpoint"] is True


def test_every_option_can_be_planned(everything: Planned) -> None:
    planned = Counter(kind for address in everything.resources for kind in re.findall(r"\b(aws_\w+)\.", address))
    assert planned["aws_lambda_function"] == len(FUNCTIONS)
    assert planned["aws_lambda_layer_version"] == 1
    assert planned["aws_lambda_provisioned_concurrency_config"] == 1
    assert planned["aws_api_gateway_method_settings"] == 1 + len(limits.CACHED_OPERATIONS)
    assert planned["aws_api_gateway_usage_plan_key"] == 2
    assert planned["aws_sns_topic_subscription"] == planned["aws_sns_topic"] == 3
    assert planned["aws_secretsmanager_secret_rotation"] == len(ROTATED)
    assert planned["aws_s3_object"] == PACKED + len(PAGES)
    assert planned["aws_wafv2_web_acl"] == 2
    assert planned["aws_vpc_endpoint"] == 9
    assert planned.keys() >= {
        "aws_acm_certificate_validation",
        "aws_api_gateway_account",
        "aws_api_gateway_domain_name",
        "aws_cloudfront_distribution",
        "aws_cloudwatch_query_definition",
        "aws_cognito_user_pool_client",
        "aws_flow_log",
        "aws_kms_key",
        "aws_nat_gateway",
        "aws_route53_record",
        "aws_sesv2_email_identity_mail_from_attributes",
    }


def test_the_variables_of_a_stage_do_not_meet_the_state_of_another(
    bare: Path, where: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in where.items():
        monkeypatch.setenv(name, value)
    for command in ("plan", "apply"):
        monkeypatch.setenv(f"TF_CLI_ARGS_{command}", f"-target=terraform_data.stage -state={tmp_path / 'state'}")
    variables = {"region": REGION, "settings": SETTINGS}
    configure(bare, variables, "prod").apply()
    assert not configure(bare, variables, "prod").plan()
    with pytest.raises(TerraformFailed, match=r"This state is of stage prod, and the blueprint of\s+stage dev"):
        configure(bare, variables, "dev").plan()


@pytest.mark.parametrize(
    ("variables", "complaints"),
    [
        ({"settings": {}}, ["no default, so say them: mail_from, payment_provider"]),
        (
            {
                "settings": SETTINGS | {"colour": "blue", "payment_provider": "paypal", "alarm_email": "nobody"},
                "functions": {"order-crate": {"snap_start": True}},
                "domain": {"name": "https://api.example.com", "zone_id": "example.com"},
                "firewall": {"allowed_countries": ["DE"], "refused_countries": ["KP"]},
                "pages": {"folder": "/nonexistent"},
                "secret_recovery_days": 3,
            },
            [
                "settings are unknown: colour",
                'payment_provider = "paypal" (who takes the money: ^(fake|stripe)$)',
                'alarm_email = "nobody"',
                "functions are unknown: order-crate",
                "Give a domain such as api.example.com",
                "Give the id of a zone",
                "Say which countries are allowed or which are refused, not both",
                "no index.html in this folder",
                "Choose 7 to 30 days, or 0",
            ],
        ),
        (
            {
                "settings": SETTINGS | {"shop_name": 'Ada "The Shop"'},
                "architecture": "x86",
                "own_key": True,
                "kms_key_arn": "arn:aws:kms:eu-central-1:000000000000:key/1",
                "network": {},
                "vpc": {"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]},
            },
            [
                "no quotation mark",
                "An architecture is arm64 or x86_64",
                "Take a key of the stage's own or the one of kms_key_arn, not both",
                "in a network of their own or in that of vpc, not in both",
            ],
        ),
    ],
    ids=["unsaid", "wrong", "wrong together"],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    bare: Path,
    where: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, Any],
    complaints: list[str],
) -> None:
    for name, value in where.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(TerraformFailed) as refusal:
        configure(bare, {"region": REGION, **variables}).plan()
    message = " ".join(str(refusal.value).split())
    assert [complaint for complaint in complaints if complaint not in message] == []
