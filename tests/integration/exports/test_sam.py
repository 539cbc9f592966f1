"""The SAM template, deployed into a local cloud: its events really reach the functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.e2e.browserless import Visitor

from tradewind_tools.exports import sam
from tradewind_tools.exports.artifacts import Artifacts
from tradewind_tools.localcloud import package
from tradewind_tools.localcloud.admin import create
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.deploy import BUCKET, StackChange

EMAIL, PASSWORD = "admin@example.com", "an admin of the tests"


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    built = package.build()
    template = sam.template("local", Artifacts(f"s3://{BUCKET}/{built.key}"))
    with LocalCloud() as cloud:
        assert cloud.deploy(template, built) is StackChange.CREATED
        yield cloud


def test_order_is_confirmed(cloud: LocalCloud) -> None:
    """API, authorizer, stream, rules, queues and state machine: SAM has tied each to its function."""
    create(cloud.endpoint_url, EMAIL, PASSWORD)
    visitor = Visitor(cloud.front_door_url)
    shirt = visitor.sign_in(EMAIL, PASSWORD).add_product("shirt")
    customer = visitor.register()
    order = customer.order({shirt: 2}).ok()
    assert customer.wait_until_settled(order["orderId"])["status"] == "processing"


def test_request_without_a_token_is_refused(cloud: LocalCloud) -> None:
    assert Visitor(cloud.front_door_url).get("/orders").status == 401
