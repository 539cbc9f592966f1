"""The shop's table and secrets in a local cloud, with what the measured requests need; no function runs there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tradewind_tools.bench.errors import FunctionFailed
from tradewind_tools.bench.function_process import FunctionProcess
from tradewind_tools.bench.subjects import PRODUCT, PRODUCT_IN_CART, USER_EMAIL, USER_PASSWORD, Event, api_event
from tradewind_tools.bench.workbench import Workbench
from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.exports.terraform.references import snake
from tradewind_tools.localcloud.cloud import BUCKET, LocalCloud
from tradewind_tools.localcloud.wide_limits import WIDE_LIMITS
from tradewind_tools.ministack.environment import CREDENTIALS, REGION

_STORED = ("AWS::DynamoDB::Table", "AWS::SecretsManager::Secret")
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class BenchShop:
    """Where the functions find the table, and the customer who asks."""

    environment: Mapping[str, str]
    user_id: str


@contextmanager
def open_shop(bench: Workbench) -> Iterator[BenchShop]:
    """A shop of two products and one customer, who orders one and has the other in the cart. Raises FunctionFailed."""
    with LocalCloud() as cloud:
        cloud.deploy(template_of(_STORED))
        environment = environment_of(cloud.endpoint_url)
        yield BenchShop(environment, _fill_shop(bench, environment))


def template_of(types: Collection[str]) -> dict[str, Any]:
    """The shop's own template, reduced to resources of these types."""
    whole = cloudformation.template(stage=LOCAL, code=cloudformation.Code(BUCKET, "none"))
    resources = {name: each for name, each in whole["Resources"].items() if each["Type"] in types}
    return {"Resources": resources, "Parameters": whole["Parameters"]}


def environment_of(endpoint_url: str) -> dict[str, str]:
    """What a function finds a local cloud by."""
    return {
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint_url,
        "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(urlsplit(endpoint_url).port),
        "STAGE": LOCAL,
        "TABLE_NAME": StageNames(LOCAL).shop,
        **{snake(name).upper(): limit for name, limit in WIDE_LIMITS.items()},
    }


def _fill_shop(bench: Workbench, environment: Mapping[str, str]) -> str:
    """The id of the customer."""
    product = {"name": "Tide mug", "price": 14, "category": "mugs", "stock": 1_000_000}
    registration = {"email": USER_EMAIL, "password": USER_PASSWORD, "firstName": "Ada", "lastName": "Lovelace"}
    for product_id in (PRODUCT, PRODUCT_IN_CART):
        creation = api_event("POST", "/products", product | {"productId": product_id}, user_id="0" * 26, role="admin")
        _call(bench, environment, "product-create", creation)
    user = _call(bench, environment, "auth-register", api_event("POST", "/auth/register", registration))
    user_id: str = user["userId"]
    line = {"productId": PRODUCT_IN_CART, "quantity": 2}
    _call(bench, environment, "cart-add-item", api_event("POST", "/cart/items", line, user_id=user_id))
    return user_id


def _call(bench: Workbench, environment: Mapping[str, str], function: str, event: Event) -> dict[str, Any]:
    with FunctionProcess(bench.ours(function, environment)) as process:
        return invoke_or_fail(process, event)


def invoke_or_fail(process: FunctionProcess, event: Event) -> dict[str, Any]:
    """What a function says to an event. Raises FunctionFailed when that is a refusal."""
    answer = process.invoke(event)
    if answer.get("statusCode", 200) >= _REFUSED or answer.get("batchItemFailures"):
        raise FunctionFailed(f"{answer}")
    body: dict[str, Any] = json.loads(answer.get("body") or "{}")
    return body
