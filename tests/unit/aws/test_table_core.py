"""What we use of pydynox's compiled core, which promises no stable interface: a new version that differs fails here."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from tests.interpreter import fresh

from tradewind.aws.table import _load_core

SIGNATURES = {
    "sync_get_item": (
        "($self, table, key, consistent_read=False, projection=None, expression_attribute_names=None, *, "
        "_number_schema=None)"
    ),
    "sync_batch_get": (
        "($self, table, keys, consistent_read, projection=None, expression_attribute_names=None, *, "
        "_number_schema=None)"
    ),
    "sync_query_page": (
        "($self, table, key_condition_expression, filter_expression=None, projection_expression=None, "
        "expression_attribute_names=None, expression_attribute_values=None, limit=None, exclusive_start_key=None, "
        "scan_index_forward=None, index_name=None, consistent_read=False, *, _number_schema=None)"
    ),
    "sync_put_item": (
        "($self, table, item, condition_expression=None, expression_attribute_names=None, "
        "expression_attribute_values=None, return_values_on_condition_check_failure=False, return_values=None)"
    ),
    "sync_update_item": (
        "($self, table, key, updates=None, update_expression=None, condition_expression=None, "
        "expression_attribute_names=None, expression_attribute_values=None, "
        "return_values_on_condition_check_failure=False, return_values=None)"
    ),
    "sync_delete_item": (
        "($self, table, key, condition_expression=None, expression_attribute_names=None, "
        "expression_attribute_values=None, return_values_on_condition_check_failure=False, return_values=None)"
    ),
    "sync_transact_write": "($self, operations, *, client_request_token=None)",
}
CONSTRUCTOR = (
    "(region=None, access_key=None, secret_key=None, session_token=None, profile=None, endpoint_url=None, "
    "role_arn=None, role_session_name=None, external_id=None, connect_timeout=None, read_timeout=None, "
    "max_retries=None, proxy_url=None)"
)
EXCEPTIONS = (
    "ConditionalCheckFailedException",
    "ProvisionedThroughputExceededException",
    "TransactionCanceledException",
)


def test_version_is_the_one_that_was_tried() -> None:
    assert version("pydynox") == "1.8.0"


@pytest.mark.parametrize("method", SIGNATURES)
def test_signature_of_what_is_called(method: str) -> None:
    assert getattr(_load_core().DynamoDBClient, method).__text_signature__ == SIGNATURES[method]


def test_signature_of_the_constructor() -> None:
    assert _load_core().DynamoDBClient.__text_signature__ == CONSTRUCTOR


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_exceptions_have_one_base(name: str) -> None:
    core = _load_core()
    assert issubclass(getattr(core, name), core.PydynoxException)


def test_core_comes_without_its_package() -> None:
    program = "import sys; from tradewind.aws.table import _load_core; _load_core(); print(*sys.modules)"
    loaded = set(fresh(program).split())
    assert {name for name in loaded if name.startswith("pydynox")} == {"pydynox", "pydynox.pydynox_core"}
    assert "asyncio" not in loaded


def test_core_loads_beside_the_package() -> None:
    """A tool in the same process may have imported the package in the usual way."""
    program = "import pydynox; from tradewind.aws.table import _load_core; print(_load_core().DynamoDBClient.__name__)"
    assert fresh(program).strip() == "DynamoDBClient"
