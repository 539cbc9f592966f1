"""What the first request of a new process has to load: start-up time as a count of modules, the same everywhere."""

from __future__ import annotations

from functools import cache

import pytest
from tests.interpreter import fresh
from tests.source import modules

BUDGETS = {
    "tradewind.analytics.handlers": 37,
    "tradewind.cart.handlers": 45,
    "tradewind.catalog.handlers": 42,
    "tradewind.identity.authorizer": 22,
    "tradewind.identity.handlers": 32,
    "tradewind.identity.sign_in": 44,
    "tradewind.identity.verification": 42,
    "tradewind.inventory.handlers": 34,
    "tradewind.notifications.preferences": 25,
    "tradewind.ops.handlers": 30,
    "tradewind.ordering.aftersales": 42,
    "tradewind.ordering.handlers": 59,
    "tradewind.payments.handlers": 36,
    "tradewind.service.handlers": 23,
}
"""Modules beyond a bare interpreter with msgspec, ours and DynamoDB's client included; measured, and four to spare."""

HEAVY = {
    "argon2",
    "ast",
    "asyncio",
    "bcrypt",
    "boto3",
    "botocore",
    "dataclasses",
    "email",
    "http.client",
    "inspect",
    "jinja2",
    "logging",
    "ssl",
    "subprocess",
    "tempfile",
    "tradewind_tools",
    "urllib.request",
    "uuid",
}

ONE_REQUEST = """
import sys
from tests.fakes import admin_event, call, make_shop, public_event
from tradewind.catalog.handlers import create_product, list_products

shop = make_shop()
sys.stdout, line = sys.stderr, sys.stdout
product = {"name": "Shirt", "price": 50, "category": "clothing"}
assert call(create_product, admin_event(product), shop)[0] == 201
assert call(create_product, admin_event({}), shop)[0] == 422
assert call(list_products, public_event(), shop)[0] == 200
print(*sys.modules, file=line)
"""


@cache
def bare() -> frozenset[str]:
    return frozenset(fresh("import sys, msgspec; print(*sys.modules)").split())


@cache
def loaded_by(module: str) -> frozenset[str]:
    """The modules that a function of `module` has loaded once it has its client of DynamoDB."""
    program = f"import sys, {module}; from tradewind.aws.table import _load_core; _load_core(); print(*sys.modules)"
    return frozenset(fresh(program).split()) - bare()


def request_path() -> list[str]:
    """Every module with an endpoint, and the authorizer."""
    endpoints = [name for name, path in modules("tradewind").items() if "@endpoint(" in path.read_text()]
    return sorted([*endpoints, "tradewind.identity.authorizer"])


def test_every_module_of_the_request_path_has_a_budget() -> None:
    assert request_path() == sorted(BUDGETS)


@pytest.mark.parametrize("module", BUDGETS)
def test_module_keeps_its_budget(module: str) -> None:
    loaded = loaded_by(module)
    assert len(loaded) <= BUDGETS[module], f"{module} loads {sorted(loaded)}"


@pytest.mark.parametrize("module", BUDGETS)
def test_module_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(module) & HEAVY == set()


SELDOM = {"_hashlib", "base64", "hmac", "socket"}
"""OpenSSL, sockets and what comes with them: loaded by what signs, hashes or fetches a secret, not at every start."""

SIGNING = {"tradewind.identity.sign_in", "tradewind.identity.verification"}


@pytest.mark.parametrize("module", sorted(BUDGETS.keys() - SIGNING))
def test_what_is_seldom_needed_is_loaded_when_it_is(module: str) -> None:
    assert loaded_by(module) & SELDOM == set()


def test_requests_load_nothing_heavy_either() -> None:
    """Good and bad ones: what is imported inside a function counts, too."""
    loaded = set(fresh(ONE_REQUEST).split()) - bare()
    assert loaded & (HEAVY - {"tradewind_tools"}) == set()
