from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.localcloud.small_shop import SECRET, SECRET_VALUE, SMALL_SHOP, package

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.deploy import StackChange
from tradewind_tools.localcloud.errors import StackFailed

ORDER = {"name": "A", "email": "a@b.c", "items": []}


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud() as running:
        running.deploy(SMALL_SHOP, package())
        yield running


def test_same_template_again_changes_nothing(cloud: LocalCloud) -> None:
    assert cloud.deploy(SMALL_SHOP, package()) is StackChange.UNCHANGED


def test_changed_template_updates(cloud: LocalCloud) -> None:
    template: dict[str, Any] = {"Resources": {**SMALL_SHOP["Resources"]}}
    template["Resources"]["More"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "more"}}
    assert cloud.deploy(template) is StackChange.UPDATED
    assert cloud.deploy(SMALL_SHOP) is StackChange.UPDATED


def test_failed_stack_names_the_resource_and_can_be_repaired() -> None:
    impossible = {"Type": "AWS::ApiGateway::Model", "Properties": {"RestApiId": "nowhere", "Name": "Impossible"}}
    broken = {"Resources": {**SMALL_SHOP["Resources"], "Impossible": impossible}}
    with LocalCloud() as cloud:
        with pytest.raises(StackFailed, match=r"Impossible: ."):
            cloud.deploy(broken, package())
        assert cloud.deploy(SMALL_SHOP, package()) is StackChange.CREATED
        assert call("POST", f"{cloud.front_door_url}/v1/orders", ORDER).status_code == 201


def test_front_door_hands_the_api_its_path_without_the_stage(cloud: LocalCloud) -> None:
    assert call("POST", f"{cloud.front_door_url}/v1/orders", ORDER).json()["path"] == "/orders"


def test_front_door_hides_the_services_of_the_cloud(cloud: LocalCloud) -> None:
    for path in ("/_ministack/health", "/restapis", "/secretsmanager/get?secretId=x", "/tradewind-code-local"):
        assert call("GET", f"{cloud.front_door_url}{path}").status_code == 404


def test_host_header_names_no_other_service(cloud: LocalCloud) -> None:
    host = {"host": "tradewind-code-local.s3.localhost"}
    response = call("POST", f"{cloud.front_door_url}/v1/orders", {}, headers=host)
    assert (response.status_code, response.json()["error"]) == (403, "HostNotAllowed")
    assert "server" not in response.headers
    assert response.headers["x-content-type-options"] == "nosniff"


def test_api_is_not_there_before_it_is_deployed(bare_cloud: LocalCloud) -> None:
    answer = call("GET", f"{bare_cloud.front_door_url}/v1/orders")
    assert (answer.status_code, answer.json()["error"]) == (503, "NotDeployed")


def test_secrets_are_served_as_the_lambda_extension_does(cloud: LocalCloud) -> None:
    url = f"{cloud.endpoint_url}/secretsmanager/get?secretId={SECRET}"
    response = call("GET", url, headers={"X-Aws-Parameters-Secrets-Token": "any"})
    assert f'"SecretString": "{SECRET_VALUE}"' in response.text


def test_secrets_need_the_token_header(cloud: LocalCloud) -> None:
    assert call("GET", f"{cloud.endpoint_url}/secretsmanager/get?secretId={SECRET}").status_code == 401


def test_reset_forgets_everything() -> None:
    with LocalCloud() as cloud:
        cloud.deploy(SMALL_SHOP, package())
        cloud.reset()
        assert call("POST", f"{cloud.front_door_url}/v1/orders", ORDER).status_code == 503
        assert cloud.deploy(SMALL_SHOP, package()) is StackChange.CREATED
