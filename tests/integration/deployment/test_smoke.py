from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus

import boto3
import pytest

from tradewind_tools.deployment.access import READS
from tradewind_tools.deployment.admin import create_stage_admin
from tradewind_tools.deployment.errors import SmokeFailed
from tradewind_tools.deployment.smoke import APPROVED, Smoke
from tradewind_tools.deployment.stage import Stage
from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.ministack.environment import Account

ADMIN = {"email": "keeper@example.com", "password": "lanterns at night"}
MUG = {"productId": "mug", "name": "Mug", "price": 12.5, "category": "tests", "stock": 5}


@pytest.fixture(scope="module")
def shop() -> Iterator[LocalCloud]:
    with LocalCloud() as shop:
        shop.deploy()
        yield shop


@pytest.fixture
def api(shop: LocalCloud) -> str:
    return f"{shop.front_door_url}/v1"


@pytest.fixture
def admin(shop: LocalCloud, api: str, stage: Stage, session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> str:
    """An administrator's token, whom the command made."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", shop.endpoint_url)
    create_stage_admin(session, Stage("local", stage.folder, stage.place), **ADMIN)
    return str(call("POST", f"{api}/auth/login", ADMIN).json()["token"])


def test_smoke_test_of_an_empty_shop_passes_without_an_order(api: str) -> None:
    lines: list[str] = []
    Smoke(api, lines.append, payment_token=APPROVED).run()
    assert lines[-1] == "- Nothing in the catalogue can be bought: no order was tried"


def test_smoke_test_cancels_its_order_and_restores_the_stock(api: str, admin: str) -> None:
    assert call("POST", f"{api}/products", MUG, admin).status_code == HTTPStatus.CREATED
    lines: list[str] = []
    Smoke(api, lines.append, payment_token=APPROVED).run()
    assert [line.split(" (")[0] for line in lines[-4:]] == [
        "✓ A product goes into the cart",
        "✓ The cart is ordered",
        "✓ The order is paid and confirmed",
        "✓ It is cancelled again",
    ]
    counted = call("GET", f"{api}/variants/mug/stock", token=admin).json()
    assert (counted["available"], counted["sold"]) == (5, 0)


def test_smoke_test_without_a_token_only_reads(api: str) -> None:
    lines: list[str] = []
    Smoke(api, lines.append).run()
    assert len(lines) == 4 + len(READS)


def test_declined_card_fails_the_smoke_test_with_its_reason(api: str, admin: str) -> None:
    call("POST", f"{api}/products", MUG, admin)
    with pytest.raises(
        SmokeFailed,
        match=r"The order is paid and confirmed: order \w+ after 3 s: cancelled, unpaid; reason: CardDeclined",
    ):
        Smoke(api, lambda _: None, payment_token="tok_declined", patience_seconds=3).run()


def test_unreachable_shop_fails_in_the_first_step() -> None:
    with pytest.raises(SmokeFailed, match=r"The shop is up: http://127\.0\.0\.1:9/v1 does not answer"):
        Smoke("http://127.0.0.1:9/v1", lambda _: None).run()


def test_refused_access_fails_first_and_its_statements_are_named() -> None:
    """The role loses what it may of an index; the shop answers as with any fault of its own."""
    with LocalCloud(account=Account(enforcing=True)) as shop:
        shop.deploy()
        forbid(shop, "product-list")
        with pytest.raises(
            SmokeFailed,
            match=r"Its functions may make a query of the index GSI2: GET /products\?limit=1 answered 500[^\n]*\n"
            r".*product-list may: dynamodb:Query on the index GSI2 where dynamodb:LeadingKeys is like CATALOG#\*",
        ):
            Smoke(f"{shop.front_door_url}/v1", lambda _: None).run()


def forbid(shop: LocalCloud, function: str) -> None:
    """Take from a function all that it may do with the table and its indexes."""
    session = local_session()
    configured = session.client("lambda", endpoint_url=shop.endpoint_url).get_function_configuration(
        FunctionName=f"tradewind-local-{function}"
    )
    iam = session.client("iam", endpoint_url=shop.endpoint_url)
    role = {"RoleName": configured["Role"].rpartition("/")[2], "PolicyName": "least"}
    written = iam.get_role_policy(**role)["PolicyDocument"]
    kept = [each for each in written["Statement"] if "dynamodb:LeadingKeys" not in json.dumps(each)]
    iam.put_role_policy(**role, PolicyDocument=json.dumps({**written, "Statement": kept}))
