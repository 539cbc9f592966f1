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


ON_LAMBDA = {"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}

FUNCTION = """
import os, sys
os.environ.update({environment})
import {module}
from tradewind.shop import production
print("pydynox.pydynox_core" in sys.modules, "table" in vars(production()))
"""


def has_table(handler: str, environment: dict[str, str]) -> list[str]:
    """Whether DynamoDB's client is loaded, and connected, once Python has loaded the module of `handler`."""
    return fresh(FUNCTION.format(module=handler.rpartition(".")[0], environment=environment)).split()


@pytest.mark.parametrize(
    ("handler", "is_connected"),
    [
        ("tradewind.catalog.handlers.create_product", True),
        ("tradewind.checkout.handlers.validate_order", True),
        ("tradewind.payments.consumers.apply_webhook", True),
        ("tradewind.payments.jobs.check_open_payments", True),
        ("tradewind.service.handlers.get_status", False),
        ("tradewind.identity.authorizer.authorize", True),
    ],
)
def test_table_is_connected_in_init_where_a_function_uses_it(handler: str, *, is_connected: bool) -> None:
    assert has_table(handler, {**ON_LAMBDA, "_HANDLER": handler}) == [str(is_connected)] * 2


def test_table_is_not_connected_before_its_first_use_elsewhere() -> None:
    assert has_table("tradewind.catalog.handlers.create_product", {}) == ["False", "False"]


def test_nothing_is_connected_for_another_function_of_the_module() -> None:
    other = {**ON_LAMBDA, "_HANDLER": "tradewind.catalog.handlers.delete_product_of_another_shop"}
    assert has_table("tradewind.catalog.handlers.create_product", other) == ["False", "False"]


FIRST_EVENT = """
import os, sys
os.environ.update({environment})
import {module}
from tradewind.shop import production
print(set({modules}) <= sys.modules.keys(), set({ports}) <= vars(production()).keys())
"""


@pytest.mark.parametrize(
    ("handler", "modules", "ports"),
    [
        ("tradewind.outbox.relay.forward_events", ["http.client", "_hashlib", "encodings.idna"], ["bus"]),
        ("tradewind.notifications.consumers.send_email", ["http.client", "_hashlib", "jinja2"], ["table", "mailer"]),
        ("tradewind.checkout.starter.start_checkout", ["http.client", "_hashlib"], ["state_machine"]),
        ("tradewind.payments.handlers.receive_webhook", ["socket", "hmac"], ["table", "provider"]),
        ("tradewind.identity.authorizer.authorize", ["jwt.api_jws", "_hashlib", "socket"], ["table"]),
    ],
)
def test_what_the_first_event_needs_is_loaded_in_init_and_not_elsewhere(
    handler: str, modules: list[str], ports: list[str]
) -> None:
    module = handler.rpartition(".")[0]
    here = {**ON_LAMBDA, "_HANDLER": handler}
    program = FIRST_EVENT.format(environment=here, module=module, modules=modules, ports=ports)
    assert fresh(program).split() == ["True", "True"]
    elsewhere = FIRST_EVENT.format(environment={}, module=module, modules=modules, ports=ports)
    assert fresh(elsewhere).split()[0] == "False"
