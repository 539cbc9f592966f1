"""What was made is told as AWS tells it: each adjustment, seen from outside."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest
from botocore.exceptions import ClientError
from tests.integration.localcloud.workbench import ROLE, Workbench

from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.ministack.environment import REGION

XML = "{http://monitoring.amazonaws.com/doc/2010-08-01/}"
DONE = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})


@pytest.fixture(scope="module")
def bench(bare_cloud: LocalCloud) -> Workbench:
    return Workbench(bare_cloud)


def query(cloud: LocalCloud, **asked: str) -> ET.Element:
    """Ask CloudWatch by AWS's query protocol, as Terraform's provider does."""
    credential = f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/monitoring/aws4_request"
    form = {"Version": "2010-08-01", **asked}
    response = httpx2.post(cloud.endpoint_url, data=form, headers={"Authorization": credential})
    return ET.fromstring(response.content)  # noqa: S314 - our own cloud's answer


def test_mock_integration_has_no_method(bench: Workbench) -> None:
    api = bench.apigateway.create_rest_api(name="mocking")
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "OPTIONS"}
    bench.apigateway.put_method(**place, authorizationType="NONE")
    bench.apigateway.put_integration(**place, type="MOCK")
    assert bench.apigateway.get_integration(**place).get("httpMethod") is None


def test_api_key_with_an_empty_value_gets_one(bench: Workbench) -> None:
    made = bench.apigateway.create_api_key(name="empty", value="", enabled=True)
    assert len(made["value"]) >= 20


@pytest.mark.parametrize(
    "read", [{"Statistic": "Sum"}, {"ExtendedStatistic": "p99"}], ids=["a statistic", "a percentile"]
)
def test_alarm_is_described_in_full(bare_cloud: LocalCloud, bench: Workbench, read: dict[str, Any]) -> None:
    name = f"told-{next(iter(read.values()))}"
    bench.cloudwatch.put_metric_alarm(
        AlarmName=name,
        AlarmDescription="One < two & three",
        AlarmActions=["arn:aws:sns:us-east-1:000000000000:rung"],
        Namespace="Told",
        MetricName="Counted",
        Dimensions=[{"Name": "stage", "Value": "test"}],
        Period=300,
        Threshold=1,
        EvaluationPeriods=2,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        **read,
    )
    query(bare_cloud, Action="PutMetricAlarm", AlarmName="another", MetricName="Counted")
    answer = query(bare_cloud, Action="DescribeAlarms", **{"AlarmNames.member.1": name})
    [alarm] = answer.findall(f".//{XML}MetricAlarms/{XML}member")
    data = {part.tag.removeprefix(XML): part.text for part in alarm if len(part) == 0}
    statistics = {word: data[word] for word in ("Statistic", "ExtendedStatistic") if word in data}
    assert statistics == read
    assert data["AlarmDescription"] == "One < two & three"
    assert (data["Period"], data["TreatMissingData"], data["ActionsEnabled"]) == ("300", "notBreaching", "true")
    assert [each.text for each in alarm.findall(f"{XML}AlarmActions/{XML}member")] == [
        "arn:aws:sns:us-east-1:000000000000:rung"
    ]
    assert alarm.findtext(f"{XML}Dimensions/{XML}member/{XML}Value") == "test"


def test_state_machine_keeps_its_tracing_configuration(bare_cloud: LocalCloud) -> None:
    states = local_session().client("stepfunctions", endpoint_url=bare_cloud.endpoint_url)
    made = states.create_state_machine(
        name="traced", definition=DONE, roleArn=ROLE, type="EXPRESS", tracingConfiguration={"enabled": True}
    )
    arn = made["stateMachineArn"]
    assert states.describe_state_machine(stateMachineArn=arn)["tracingConfiguration"] == {"enabled": True}
    states.update_state_machine(stateMachineArn=arn, tracingConfiguration={"enabled": False})
    assert states.describe_state_machine(stateMachineArn=arn)["tracingConfiguration"] == {"enabled": False}


def test_secret_without_a_value_has_no_version_before_its_first(bench: Workbench) -> None:
    bench.secrets.create_secret(Name="empty")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        bench.secrets.get_secret_value(SecretId="empty")
    bench.secrets.put_secret_value(SecretId="empty", SecretString="first")
    assert bench.secrets.get_secret_value(SecretId="empty")["SecretString"] == "first"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        bench.secrets.get_secret_value(SecretId="empty", VersionStage="AWSPREVIOUS")
