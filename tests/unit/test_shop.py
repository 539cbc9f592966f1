from __future__ import annotations

import pytest
from tests.fakes import make_shop
from tests.interpreter import fresh

from tradewind.aws.secrets import ExtensionSecrets
from tradewind.aws.table import DynamoTable
from tradewind.kernel.clock import SystemClock
from tradewind.payments.fake import FakeProvider
from tradewind.shop import production


def test_production_shop_is_made_once_of_the_real_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "tradewind-test")
    production.cache_clear()
    shop = production()
    assert production() is shop
    assert isinstance(shop.table, DynamoTable)
    assert shop.table.name == "tradewind-test"
    assert isinstance(shop.clock, SystemClock)
    assert isinstance(shop.secrets, ExtensionSecrets)
    production.cache_clear()


def test_payment_provider_is_the_one_of_the_settings() -> None:
    shop = make_shop()
    assert isinstance(shop.provider, FakeProvider)
    assert shop.provider is shop.provider


FUNCTION = """
import os, sys
os.environ.update({environment})
import {module}
from tradewind.shop import production
print("pydynox.pydynox_core" in sys.modules, "table" in vars(production()))
"""


@pytest.mark.parametrize(
    ("module", "is_connected"),
    [
        ("tradewind.catalog.handlers", True),
        ("tradewind.checkout.handlers", True),
        ("tradewind.payments.consumers", True),
        ("tradewind.payments.jobs", True),
        ("tradewind.service.handlers", False),
        ("tradewind.identity.authorizer", False),
    ],
)
def test_table_is_connected_in_init_where_a_function_uses_it(module: str, *, is_connected: bool) -> None:
    program = FUNCTION.format(module=module, environment={"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"})
    assert fresh(program).split() == [str(is_connected)] * 2


def test_table_is_not_connected_before_its_first_use_elsewhere() -> None:
    program = FUNCTION.format(module="tradewind.catalog.handlers", environment={})
    assert fresh(program).split() == ["False", "False"]


FIRST_EVENT = """
import os, sys
os.environ.update({environment})
import {module}
from tradewind.shop import production
print(set({modules}) <= sys.modules.keys(), set({ports}) <= vars(production()).keys())
"""


@pytest.mark.parametrize(
    ("module", "modules", "ports"),
    [
        ("tradewind.outbox.relay", ["http.client", "_hashlib", "encodings.idna"], ["bus"]),
        ("tradewind.notifications.consumers", ["http.client", "_hashlib", "jinja2"], ["table", "mailer"]),
        ("tradewind.checkout.starter", ["http.client", "_hashlib"], ["state_machine"]),
        ("tradewind.identity.authorizer", ["jwt.api_jws", "_hashlib", "socket"], []),
    ],
)
def test_what_the_first_event_needs_is_loaded_in_init_and_not_elsewhere(
    module: str, modules: list[str], ports: list[str]
) -> None:
    on_lambda = {"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}
    program = FIRST_EVENT.format(environment=on_lambda, module=module, modules=modules, ports=ports)
    assert fresh(program).split() == ["True", "True"]
    elsewhere = FIRST_EVENT.format(environment={}, module=module, modules=modules, ports=ports)
    assert fresh(elsewhere).split()[0] == "False"
