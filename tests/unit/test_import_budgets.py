"""What the first request of a new process has to load: start-up time as a count of modules, the same everywhere."""

from __future__ import annotations

from functools import cache

import pytest
from tests.interpreter import fresh
from tests.source import modules

OWN_MODULES = 36
"""How many modules of `tradewind` a request may load, those of the edge and the kernel included."""

MORE_OWN_MODULES = {
    "analytics.handlers": 40,
    "cart.handlers": 48,
    "catalog.handlers": 54,
    "catalog.read_handlers": 44,
    "catalog.variant_handlers": 55,
    "identity.email_change": 42,
    "identity.list_handlers": 39,
    "identity.password_reset": 38,
    "identity.second_factor": 41,
    "identity.sign_in": 45,
    "ordering.change_handlers": 48,
    "ordering.handlers": 65,
    "ordering.read_handlers": 40,
    "payments.order_handlers": 42,
    "privacy.deletion_handlers": 55,
}
"""Modules that need more, as they use other services; measured, with two to spare."""

OTHER_MODULES = 6
"""How many other modules, beyond a bare interpreter with msgspec: DynamoDB's client, and little else."""

SIGNING_MODULES = 14
"""The same where something is signed or hashed."""

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
from tradewind.catalog.handlers import create_product
from tradewind.catalog.read_handlers import list_products

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


def is_own(module: str) -> bool:
    return module.partition(".")[0] == "tradewind"


@pytest.mark.parametrize("module", request_path())
def test_service_keeps_its_budget(module: str) -> None:
    own = {each for each in loaded_by(module) if is_own(each)}
    budget = MORE_OWN_MODULES.get(module.removeprefix("tradewind."), OWN_MODULES)
    assert len(own) <= budget, f"{module} loads {sorted(own)}"


@pytest.mark.parametrize("module", request_path())
def test_service_loads_few_other_modules(module: str) -> None:
    others = {each for each in loaded_by(module) if not is_own(each)}
    assert len(others) <= (SIGNING_MODULES if module in SIGNING else OTHER_MODULES), f"{module} loads {sorted(others)}"


def test_no_budget_is_larger_than_needed() -> None:
    """Those of modules that need more than the usual one."""
    needed = {module: sum(map(is_own, loaded_by(f"tradewind.{module}"))) for module in MORE_OWN_MODULES}
    assert {module for module, budget in MORE_OWN_MODULES.items() if budget > needed[module] + 4} == set()


@pytest.mark.parametrize("module", request_path())
def test_module_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(module) & HEAVY == set()


SELDOM = {"_hashlib", "base64", "hmac", "socket"}
"""OpenSSL, sockets and what comes with them: loaded by what signs, hashes or fetches a secret, not at every start."""

SIGNING = {
    "tradewind.identity.email_change",
    "tradewind.identity.password_reset",
    "tradewind.identity.second_factor",
    "tradewind.identity.sign_in",
    "tradewind.identity.verification",
    "tradewind.privacy.deletion_handlers",
}


@pytest.mark.parametrize("module", sorted(set(request_path()) - SIGNING))
def test_modules_that_are_seldom_needed_are_loaded_late(module: str) -> None:
    assert loaded_by(module) & SELDOM == set()


def test_requests_load_nothing_heavy_either() -> None:
    """Good and bad ones: what is imported inside a function counts, too."""
    loaded = set(fresh(ONE_REQUEST).split()) - bare()
    assert loaded & (HEAVY - {"tradewind_tools"}) == set()


FIRST_READ = """
import os, sys
os.environ.update(AWS_LAMBDA_INITIALIZATION_TYPE="on-demand", _HANDLER="tradewind.catalog.read_handlers.get_product")
from msgspec import _utils
from tests.fakes import call, make_shop, public_event
from tradewind_tools.memory.products import make_product
from tradewind.catalog.read_handlers import get_product
from tradewind.catalog.writes import insert_product

shop = make_shop()
now = shop.clock.now()
shirt = make_product("shirt", 100, now)
shop.table.write(insert_product(shirt))
evaluated, evaluate = [], _utils._forward_ref
_utils._forward_ref = lambda annotation: evaluated.append(annotation) or evaluate(annotation)
sys.stdout, line = sys.stderr, sys.stdout
assert call(get_product, public_event(path={"productId": "shirt"}), shop)[0] == 200
print(*evaluated, file=line)
"""


def test_fields_of_messages_and_records_are_read_in_init() -> None:
    """msgspec evaluates the annotations of a type when it is first decoded: seven times as long in a request."""
    assert fresh(FIRST_READ).split() == []
