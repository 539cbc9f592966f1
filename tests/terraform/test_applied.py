"""The whole shop, made by Terraform in a local cloud: it is what CloudFormation makes, it sells, it leaves no trace."""

from __future__ import annotations

import json
import re
from typing import Final

import pytest
from tests.terraform.comparison import MISSING, Allowance, Difference, differences, unexplained, unused

from tradewind_tools.deployment import inventory
from tradewind_tools.deployment.inventory import Inventory
from tradewind_tools.deployment.local import LEFT_BY_FUNCTIONS, LocalStage
from tradewind_tools.deployment.trial import run_end_to_end_tests
from tradewind_tools.localcloud.cloud import BUCKET, LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.localcloud.wide_limits import WIDE_LIMITS

SESSION: Final = local_session()

MOMENT_OF_STREAM = re.compile(r"(?<=/stream/)[\d:.TZ-]+")
SUFFIX_OF_SECRET = re.compile(r"^arn:aws:secretsmanager:[^:]+:\d+:secret:(?P<name>.+)-\w{6}$")
ENDPOINT = re.compile(r"http://(?:localhost|127\.0\.0\.1):\d+(?=/\d{12}/)")
ONLY_HERE = ("api key ", "usage plan ", "log group /tradewind-local/access", "bucket ")


def is_the_alias(found: Difference) -> bool:
    return str(found.terraform).replace(":live", "") == str(found.cloudformation)


def is_a_secret(found: Difference) -> bool:
    told = SUFFIX_OF_SECRET.match(str(found.terraform))
    return told is not None and told["name"] == found.cloudformation


ALLOWED: Final = [
    Allowance("callers name the alias, which a release moves; CloudFormation's stage has no releases", is_the_alias),
    Allowance(
        "keys with their plans, the access log and the bucket of the code are Terraform's affair",
        lambda each: each.cloudformation == MISSING and each.thing.startswith(ONLY_HERE),
    ),
    Allowance("the deployer brings a bucket of its own for the code", lambda each: each.thing == f"bucket {BUCKET}"),
    Allowance(
        "the provider knows of no messages beyond 256 KB, and EventBridge of no such events",
        lambda each: each.thing.startswith("queue ") and each.path == "MaximumMessageSize",
    ),
    Allowance("the local CloudFormation refers to a secret by its name, AWS by its ARN", is_a_secret),
    Allowance(
        "the local CloudFormation makes secrets with punctuation, whatever it is told",
        lambda each: each.thing.startswith("secret ") and each.path == "IsAlphanumeric",
    ),
    Allowance(
        "a test has written into the secret that Terraform made",
        lambda each: each.thing == "secret tradewind/local/stripe" and each.path == "Length",
    ),
    Allowance(
        "the local CloudFormation gives an answer of API Gateway's own a method to call",
        lambda each: " method OPTIONS " in each.thing and each.path == "integration.httpMethod",
    ),
    Allowance(
        "the local CloudFormation forgets where an API is", lambda each: each.path == "endpointConfiguration.types.0"
    ),
    Allowance(
        "the local CloudFormation keeps a state machine's log in words of its own, and forgets its traces",
        lambda each: each.path.startswith(("loggingConfiguration.", "tracingConfiguration.")),
    ),
    Allowance(
        "the local CloudFormation says from where a queue is read, which has a beginning only",
        lambda each: each.thing.startswith("source of ") and each.path == "StartingPosition" and each.terraform is None,
    ),
]


def told_alike(taken: Inventory, cloud: LocalCloud) -> Inventory:
    """Without addresses and moments; what a role allows is told with those who take it, its name is made up."""
    kept = {thing: told for thing, told in taken.items() if not thing.startswith(("role ", LEFT_BY_FUNCTIONS))}
    text = json.dumps(kept, default=str).replace(cloud.front_door_url, "the front door")
    alike: Inventory = json.loads(MOMENT_OF_STREAM.sub("moment", ENDPOINT.sub("the cloud", text)))
    return alike


@pytest.fixture(scope="module")
def found(applied: LocalStage, cloud: LocalCloud) -> list[Difference]:
    with LocalCloud() as other:
        other.deploy(settings=WIDE_LIMITS)
        made = told_alike(inventory.take(SESSION, other.endpoint_url), other)
    return differences(made, told_alike(applied.inventory(), cloud))


def test_a_second_apply_changes_nothing(applied: LocalStage, cloud: LocalCloud) -> None:
    """Nor what was written into a secret meanwhile, though of the first value nothing is in use any more."""
    secrets = SESSION.client("secretsmanager", endpoint_url=cloud.endpoint_url)
    for value in ("a key of Stripe's", "the next"):
        secrets.put_secret_value(SecretId="tradewind/local/stripe", SecretString=value)
    applied.check_is_stable()
    assert secrets.get_secret_value(SecretId="tradewind/local/stripe")["SecretString"] == "the next"


def test_terraform_makes_what_cloudformation_makes(found: list[Difference]) -> None:
    assert unexplained(found, ALLOWED) == []


def test_no_explanation_is_left_over(found: list[Difference]) -> None:
    assert unused(found, ALLOWED) == []


def test_a_thing_is_made_of_each_kind(applied: LocalStage) -> None:
    """An inventory that finds nothing would find no difference."""
    taken = applied.inventory()
    kinds = (
        "function",
        "source of",
        "table",
        "queue",
        "bus",
        "archive",
        "rule",
        "state machine",
        "secret",
        "alarm",
        "api",
    )
    assert [kind for kind in kinds if not any(thing.startswith(f"{kind} ") for thing in taken)] == []


def test_the_shop_sells(applied: LocalStage, cloud: LocalCloud) -> None:
    assert applied.terraform.output()["api_url"].endswith("/v1")
    run_end_to_end_tests(cloud)


def test_destroyed_it_leaves_nothing(applied: LocalStage) -> None:
    applied.destroy()
