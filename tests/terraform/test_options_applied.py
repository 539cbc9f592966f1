"""Options that stand for themselves, made in a local cloud: what they let in, and whom they trust.

What the local cloud keeps only in part (networks, mail domains, logs of web ACLs) is planned in test_options.py.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tradewind_tools.blueprint import limits
from tradewind_tools.deployment.errors import ProviderMissing, TerraformMissing
from tradewind_tools.deployment.local import MODULES
from tradewind_tools.deployment.stage import Stage, StageFile
from tradewind_tools.deployment.terraform import Terraform
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.ministack.environment import CREDENTIALS, REGION

PAGES: Final = {"index.html": "the shop", "admin/index.html": "the back office"}
BOUNDARY: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
CONFIGURATION: Final = f"""
terraform {{
  required_providers {{
    aws = {{ source = "hashicorp/aws", version = ">= 5.100, < 6.0" }}
  }}
}}

module "key" {{
  source      = "./modules/kms"
  name        = "options"
  description = "A key"
}}

module "users" {{
  source              = "./modules/cognito"
  name                = "options"
  callback_urls       = ["https://shop.example.com/signed-in"]
  deletion_protection = false
}}

module "github" {{
  source           = "./modules/github-oidc"
  repository       = "example/shop"
  stages           = ["dev", "prod"]
  state_bucket_arn = "arn:aws:s3:::state"

  permissions_boundary_arn = "{BOUNDARY}"
}}

module "firewall" {{
  source               = "./modules/waf"
  name                 = "options"
  requests_per_address = {limits.WAF_REQUESTS_PER_ADDRESS}
  refused_countries    = ["KP"]
  log_retention_days   = null
}}

module "pages" {{
  source    = "./modules/frontend"
  providers = {{ aws = aws, aws.global = aws }}
  name      = "options"
  folder    = "${{path.module}}/web"
  api_host  = "api.example.com"
  api_stage = "v1"
}}

output "bucket" {{
  value = module.pages.bucket
}}
"""


@pytest.fixture(scope="module")
def other_cloud() -> Iterator[LocalCloud]:
    """A cloud without a shop in it."""
    with LocalCloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def made(other_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    folder = tmp_path_factory.mktemp("options")
    shutil.copytree(MODULES / "modules", folder / "modules")
    folder.joinpath("main.tf").write_text(CONFIGURATION)
    for name, text in PAGES.items():
        file = folder / "web" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    place = {"AWS_ENDPOINT_URL": other_cloud.endpoint_url, "AWS_REGION": REGION, "AWS_S3_USE_PATH_STYLE": "true"}
    terraform = Terraform(folder, folder / "data", parallel=40)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**CREDENTIALS, **place}.items():
            environment.setenv(name, value)
        try:
            terraform.init()
        except (TerraformMissing, ProviderMissing) as reason:
            pytest.skip(str(reason))
        terraform.apply()
        yield terraform
        terraform.destroy("-refresh=false")


def client(service: Any, cloud: LocalCloud) -> Any:  # noqa: ANN401 - a service's own
    return local_session().client(service, endpoint_url=cloud.endpoint_url)


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("role", "subject"),
    [
        ("plan", "repo:example/shop:pull_request"),
        ("dev", "repo:example/shop:environment:dev"),
        ("prod", "repo:example/shop:environment:prod"),
    ],
)
def test_a_role_trusts_one_repository_in_one_place(other_cloud: LocalCloud, role: str, subject: str) -> None:
    taken = client("iam", other_cloud).get_role(RoleName=f"tradewind-github-{role}")["Role"]
    (trust,) = taken["AssumeRolePolicyDocument"]["Statement"]
    issuer = "token.actions.githubusercontent.com"
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["Condition"] == {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subject}}


STATE: Final = "arn:aws:s3:::state/tradewind"
RECORD: Final = f"arn:aws:s3:::state/{Stage('dev', Path(), StageFile('0' * 12, REGION, 'state')).record_key}"
ROLE: Final = "arn:aws:iam::000000000000:role/tradewind-dev-order-create"
EXTENSION: Final = "arn:aws:lambda:eu-central-1:187925254637:layer:AWS-Parameters-and-Secrets-Lambda-Extension-Arm64:12"


def decided(cloud: LocalCloud, role: str, action: str, resource: str) -> str:
    """What the role may do whatever the circumstances: the local cloud takes no context, so conditions are not met."""
    answer = client("iam", cloud).simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::000000000000:role/tradewind-github-{role}",
        ActionNames=[action],
        ResourceArns=[resource],
    )
    (result,) = answer["EvaluationResults"]
    decision: str = result["EvalDecision"]
    return decision


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [
        ("dev", "s3:PutObject", f"{STATE}/dev.tfstate"),
        ("dev", "s3:DeleteObject", f"{STATE}/dev.tfstate.tflock"),
        ("dev", "s3:PutObject", RECORD),
        ("dev", "s3:DeleteObject", RECORD),
        ("dev", "lambda:GetLayerVersion", EXTENSION),
        ("dev", "iam:PutRolePolicy", ROLE),
        ("plan", "secretsmanager:GetRandomPassword", "*"),
        ("plan", "s3:GetObject", RECORD),
        ("plan", "states:ValidateStateMachineDefinition", "*"),
    ],
)
def test_a_role_may_do_what_its_workflow_does(other_cloud: LocalCloud, role: str, action: str, resource: str) -> None:
    assert decided(other_cloud, role, action, resource) == "allowed"


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [
        ("dev", "s3:PutObject", f"{STATE}/prod.tfstate"),
        ("dev", "s3:PutObject", f"{STATE}/dev2.tfstate"),
        ("dev", "s3:DeleteObject", f"{STATE}/dev.tfstate"),
        ("dev", "iam:PutRolePolicy", ROLE.replace("-dev-", "-prod-")),
        ("dev", "iam:CreateRole", ROLE),  # without its boundary
        ("dev", "iam:DeleteRolePermissionsBoundary", ROLE),
        ("dev", "iam:PassRole", ROLE),  # to whom it pleases
        ("dev", "iam:CreateServiceLinkedRole", "*"),
        ("plan", "s3:PutObject", f"{STATE}/dev.tfstate"),
        ("plan", "s3:PutObject", f"{STATE}/prod.tfstate.tflock"),
        ("plan", "s3:DeleteObject", f"{STATE}/prod.tfstate.tflock"),
        ("plan", "states:StartExecution", "*"),
        ("plan", "s3:GetObject", "arn:aws:s3:::other/thing"),
        ("plan", "lambda:GetFunction", "*"),
        ("plan", "dynamodb:Query", "*"),
        ("plan", "secretsmanager:GetSecretValue", "*"),
    ],
)
def test_a_role_may_do_no_more(other_cloud: LocalCloud, role: str, action: str, resource: str) -> None:
    assert decided(other_cloud, role, action, resource) != "allowed"


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_policy_of_a_stage_fits_and_names_no_other(other_cloud: LocalCloud, stage: str) -> None:
    iam = client("iam", other_cloud)
    arn = f"arn:aws:iam::000000000000:policy/tradewind-github-{stage}"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    text = json.dumps(document, separators=(",", ":"))
    assert len(text) <= limits.MANAGED_POLICY_CHARACTERS
    assert f"tradewind-{stage}" in text
    assert f"tradewind-{'prod' if stage == 'dev' else 'dev'}" not in text


def test_nobody_but_the_distribution_reads_the_pages(other_cloud: LocalCloud, made: Terraform) -> None:
    s3, bucket = client("s3", other_cloud), made.output()["bucket"]
    kept = {each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert kept == set(PAGES)
    assert s3.head_object(Bucket=bucket, Key="index.html")["ContentType"] == "text/html; charset=utf-8"
    statements = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    (allowed,) = [each for each in statements if each["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allowed["Condition"]["StringEquals"]["aws:SourceArn"].startswith("arn:aws:cloudfront::")
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())


@pytest.mark.usefixtures("made")
def test_the_web_acl_counts_what_the_blueprint_says(other_cloud: LocalCloud) -> None:
    waf = client("wafv2", other_cloud)
    (listed,) = waf.list_web_acls(Scope="REGIONAL")["WebACLs"]
    acl = waf.get_web_acl(Name=listed["Name"], Scope="REGIONAL", Id=listed["Id"])["WebACL"]
    rules = {rule["Name"]: rule["Statement"] for rule in acl["Rules"]}
    assert rules["requests-per-address"]["RateBasedStatement"]["Limit"] == limits.WAF_REQUESTS_PER_ADDRESS
    assert rules["countries"]["GeoMatchStatement"]["CountryCodes"] == ["KP"]
    groups = {name for name, statement in rules.items() if "ManagedRuleGroupStatement" in statement}
    assert {"AWSManagedRulesSQLiRuleSet", "AWSManagedRulesCommonRuleSet"} < groups


@pytest.mark.usefixtures("made")
def test_the_user_pool_has_the_shops_roles_and_a_client_without_a_secret(other_cloud: LocalCloud) -> None:
    users = client("cognito-idp", other_cloud)
    (pool,) = users.list_user_pools(MaxResults=10)["UserPools"]
    assert {group["GroupName"] for group in users.list_groups(UserPoolId=pool["Id"])["Groups"]} == {"admin", "customer"}
    (listed,) = users.list_user_pool_clients(UserPoolId=pool["Id"])["UserPoolClients"]
    told = users.describe_user_pool_client(UserPoolId=pool["Id"], ClientId=listed["ClientId"])["UserPoolClient"]
    assert "ClientSecret" not in told
    assert told["AllowedOAuthFlows"] == ["code"]
