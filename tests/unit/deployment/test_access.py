from __future__ import annotations

import pytest

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.permissions import TableGrant
from tradewind_tools.deployment.access import OF_A_CUSTOMER, READS, describe_grants


def test_grants_of_the_function_behind_a_request_are_described() -> None:
    assert describe_grants("GET", "/products/category/smoke-test?limit=1") == (
        "product-list-category may: dynamodb:Query on the index GSI1 where dynamodb:LeadingKeys is like CATEGORY#*"
    )


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("GET", "/status")])
def test_nothing_is_described_where_no_role_may_anything_of_the_table(method: str, path: str) -> None:
    assert describe_grants(method, path) == ""


def test_each_index_that_functions_query_is_tried_before_anything_is_written() -> None:
    indexes = {grant.index for each in FUNCTIONS for grant in each.grants if isinstance(grant, TableGrant)} - {None}
    assert all(any(f"index {index}" in attempt.kind for attempt in READS) for index in indexes)


def test_every_action_on_the_table_that_a_customer_needs_is_tried() -> None:
    tried = "; ".join(describe_grants(each.method, each.path) for each in (*READS, *OF_A_CUSTOMER))
    for action in ("GetItem", "BatchGetItem", "Query", "UpdateItem", "DeleteItem"):
        assert f"dynamodb:{action} on the table" in tried
