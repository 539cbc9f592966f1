"""Parameters of a stage: an invalid value is refused before anything is deployed."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any

import pytest
from tests.fakes import make_shop

from tradewind.payments.errors import UnknownProvider
from tradewind.payments.providers import provider
from tradewind.settings import Settings
from tradewind_tools.exports.cloudformation.template import Code, template


def parameters(stage: str) -> dict[str, Any]:
    found: dict[str, Any] = template(stage, Code("code-bucket", "functions/1.zip"))["Parameters"]
    return found


def matching(name: str, value: str) -> bool:
    return re.search(parameters("prod")[name]["AllowedPattern"], value) is not None


def test_parameter_accepts_its_own_default() -> None:
    local = parameters("local").values()
    assert [each for each in local if not re.search(each["AllowedPattern"], each["Default"])] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CorsOrigin", "https://shop.example.com"),
        ("CorsOrigin", "https://shop.example.com,http://localhost:5173"),
        ("CorsOrigin", "*"),
        ("ShopUrl", "https://shop.example.com/en"),
        ("ShopAddress", "1 Quay Street, Bristol"),
        ("MailFrom", "shop@example.com"),
        ("SecretsExtensionArn", "arn:aws:lambda:eu-central-1:187925254637:layer:AWS-Parameters-and-Secrets:12"),
    ],
)
def test_parameter_accepts_usual_values(name: str, value: str) -> None:
    assert matching(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Currency", "euro"),
        ("CorsOrigin", "https://shop.example.com/"),
        ("CorsOrigin", "https://shop.example.com, https://office.example.com"),
        ("CorsOrigin", "*,https://shop.example.com"),
        ("ShopUrl", "shop.example.com"),
        ("MailFrom", "shop"),
        ("MailFrom", "shop@example.com, other@example.com"),
        ("PaymentProvider", "paypal"),
        ("SecretsExtensionArn", "latest"),
        ("AlarmEmail", "on-call"),
    ],
)
def test_parameter_refuses_values_that_would_fail_later(name: str, value: str) -> None:
    assert not matching(name, value)


@pytest.mark.parametrize(("name", "there_is"), [("fake", True), ("stripe", True), ("paypal", False)])
def test_payment_provider_parameter_accepts_the_existing_providers(name: str, *, there_is: bool) -> None:
    shop = make_shop(settings=Settings(payment_provider=name))
    assert matching("PaymentProvider", name) is there_is
    with nullcontext() if there_is else pytest.raises(UnknownProvider):
        provider(shop.settings, shop.secrets, shop.clock, lambda: shop.table)
