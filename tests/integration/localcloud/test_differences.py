"""Where the local cloud differs from AWS: each test shows what it does, docs/local-cloud.md what follows from it.

A test that fails after an update of MiniStack is good news: the difference is gone, and its line in the page with it.
"""

from __future__ import annotations

import asyncio
import json
import platform
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.integration.localcloud.workbench import STAGE, Workbench, eventually

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session

COUNTING = """
import itertools
numbers = itertools.count(1)
def handler(event, context):
    print("called")
    return {"statusCode": 200, "body": str(next(numbers))}
"""

ECHOING = """
def handler(event, context):
    print("called")
    return event
"""

FAILING = """
def handler(event, context):
    print("called")
    raise ValueError("the target failed")
"""

SUMMING_ALARM = {
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 0,
    "EvaluationPeriods": 1,
    "Metrics": [
        {"Id": "together", "Expression": "SUM(METRICS())"},
        {
            "Id": "figure",
            "ReturnData": False,
            "MetricStat": {"Metric": {"Namespace": "Differences", "MetricName": "Sold"}, "Stat": "Sum", "Period": 60},
        },
    ],
}

SECRET_VALUE = "the first value"
SETTLING_SECONDS = 0.3


@pytest.fixture(scope="module")
def bench(bare_cloud: LocalCloud) -> Workbench:
    return Workbench(bare_cloud)


def test_response_cache_is_not_kept(bench: Workbench) -> None:
    api_id = bench.api("cached", bench.function("cached", COUNTING))
    settings = [
        ("/cacheClusterEnabled", "true"),
        ("/*/*/caching/enabled", "true"),
        ("/*/*/caching/ttlInSeconds", "300"),
    ]
    bench.apigateway.update_stage(
        restApiId=api_id,
        stageName=STAGE,
        patchOperations=[{"op": "replace", "path": path, "value": value} for path, value in settings],
    )
    assert [bench.get(api_id), bench.get(api_id)] == [(200, "1"), (200, "2")]


def test_web_acl_blocks_nothing(bench: Workbench) -> None:
    api_id = bench.api("walled", bench.function("walled", COUNTING))
    visible = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "walled"}
    acl = bench.wafv2.create_web_acl(
        Name="walled", Scope="REGIONAL", DefaultAction={"Block": {}}, VisibilityConfig=visible, Rules=[]
    )
    stage_arn = f"arn:aws:apigateway:us-east-1::/restapis/{api_id}/stages/{STAGE}"
    bench.wafv2.associate_web_acl(WebACLArn=acl["Summary"]["ARN"], ResourceArn=stage_arn)
    assert bench.get(api_id) == (200, "1")


def test_api_calls_a_function_that_gave_no_permission(bench: Workbench) -> None:
    api_id = bench.api("uninvited", bench.function("uninvited", COUNTING))
    policy = json.loads(bench.functions.get_policy(FunctionName="uninvited")["Policy"])
    assert policy["Statement"] == []
    assert bench.get(api_id) == (200, "1")


def test_function_may_do_what_its_role_does_not_allow(bench: Workbench) -> None:
    bench.table("unguarded")
    source = """
import boto3
def handler(event, context):
    print("called")
    answer = boto3.client("dynamodb").put_item(TableName="unguarded", Item={"PK": {"S": "1"}})
    return answer["ResponseMetadata"]["HTTPStatusCode"]
"""
    bench.function("unguarded", source)
    assert bench.invoke("unguarded") == 200


def test_answer_of_the_wrong_shape_is_passed_on(bench: Workbench) -> None:
    api_id = bench.api(
        "shapeless", bench.function("shapeless", "def handler(event, context):\n    return {'items': []}")
    )
    status, body = bench.get(api_id)
    assert (status, json.loads(body)) == (200, {"items": []})


def test_repeated_query_parameter_gives_its_first_value(bench: Workbench) -> None:
    source = """
import json
def handler(event, context):
    print("called")
    return {"statusCode": 200, "body": json.dumps(event["queryStringParameters"])}
"""
    api_id = bench.api("repeated", bench.function("repeated", source))
    assert bench.get(api_id, "?sort=newest&sort=price") == (200, '{"sort": "newest"}')


def test_header_names_arrive_in_small_letters(bench: Workbench) -> None:
    source = """
import json
def handler(event, context):
    print("called")
    return {"statusCode": 200, "body": json.dumps(sorted(event["headers"]))}
"""
    api_id = bench.api("headed", bench.function("headed", source))
    _, names = bench.get(api_id)
    assert "user-agent" in json.loads(names)
    assert "User-Agent" not in json.loads(names)


def test_no_page_may_ask_a_service(bench: Workbench) -> None:
    """On AWS the bucket's own rule would let this page read."""
    rule: Any = {"AllowedOrigins": ["https://shop.example"], "AllowedMethods": ["GET"]}
    files = local_session().client("s3", endpoint_url=bench.endpoint_url)
    files.create_bucket(Bucket="pictures")
    files.put_bucket_cors(Bucket="pictures", CORSConfiguration={"CORSRules": [rule]})
    files.put_object(Bucket="pictures", Key="mug.txt", Body=b"a mug")
    answer = call("GET", f"{bench.endpoint_url}/pictures/mug.txt", headers={"origin": "https://shop.example"})
    assert (answer.status_code, answer.json()["error"]) == (403, "PageNotAllowed")


def test_failed_rule_target_is_neither_retried_nor_kept(bench: Workbench) -> None:
    letters_url, letters_arn = bench.queue("rule-letters")
    target = bench.function("rule-target", FAILING)
    bench.events.put_rule(Name="failing", EventPattern=json.dumps({"source": ["differences"]}))
    bench.events.put_targets(
        Rule="failing",
        Targets=[
            {
                "Id": "1",
                "Arn": target,
                "RetryPolicy": {"MaximumRetryAttempts": 0},
                "DeadLetterConfig": {"Arn": letters_arn},
            }
        ],
    )
    bench.events.put_events(Entries=[{"Source": "differences", "DetailType": "Any", "Detail": "{}"}])
    eventually(lambda: bench.lines_of("rule-target"))
    time.sleep(SETTLING_SECONDS)
    assert bench.lines_of("rule-target").count("called") == 1
    assert bench.messages(letters_url) == 0


def test_stream_consumer_cannot_give_records_back(bench: Workbench) -> None:
    source = """
def handler(event, context):
    sequence = event["Records"][0]["dynamodb"]["SequenceNumber"]
    print("refused", event["Records"][0]["dynamodb"]["Keys"]["PK"]["S"])
    return {"batchItemFailures": [{"itemIdentifier": sequence}]}
"""
    stream_arn = bench.table("refusing")
    bench.functions.create_event_source_mapping(
        EventSourceArn=stream_arn,
        FunctionName=bench.function("refusing", source),
        StartingPosition="TRIM_HORIZON",
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    bench.dynamodb.put_item(TableName="refusing", Item={"PK": {"S": "first"}})
    eventually(lambda: refusals(bench))
    bench.dynamodb.put_item(TableName="refusing", Item={"PK": {"S": "second"}})
    eventually(lambda: "refused second" in refusals(bench))
    assert refusals(bench) == ["refused first", "refused second"]


def refusals(bench: Workbench) -> list[str]:
    return [line for line in bench.lines_of("refusing") if line.startswith("refused")]


def test_read_capacity_does_not_grow_with_the_item(bench: Workbench) -> None:
    bench.table("large")
    bench.dynamodb.put_item(TableName="large", Item={"PK": {"S": "1"}, "text": {"S": "x" * 40_000}})
    answer = bench.dynamodb.get_item(TableName="large", Key={"PK": {"S": "1"}}, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_expired_item_goes_without_a_stream_record(monkeypatch: pytest.MonkeyPatch) -> None:
    from ministack.services import dynamodb  # noqa: PLC0415 - here alone: the reaper wakes once a minute only

    def ask(action: str, **request: object) -> dict[str, Any]:
        headers = {"x-amz-target": f"DynamoDB_20120810.{action}"}
        _, _, body = asyncio.run(dynamodb.handle_request("POST", "/", headers, json.dumps(request).encode(), {}))
        answer: dict[str, Any] = json.loads(body)
        return answer

    naps = iter([None])
    monkeypatch.setattr(dynamodb, "time", SimpleNamespace(time=time.time, sleep=lambda _: next(naps)))
    ask("CreateTable", TableName="expiring", **stream_of_keys())
    ask("UpdateTimeToLive", TableName="expiring", TimeToLiveSpecification={"AttributeName": "at", "Enabled": True})
    ask("PutItem", TableName="expiring", Item={"PK": {"S": "1"}, "at": {"N": "1"}})
    with pytest.raises(StopIteration):
        dynamodb._ttl_reaper()
    assert ask("Scan", TableName="expiring")["Items"] == []
    assert [record["eventName"] for record in dynamodb._stream_records["expiring"]] == ["INSERT"]


def stream_of_keys() -> dict[str, Any]:
    return {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    }


def test_each_invocation_has_a_log_stream_of_its_own(bench: Workbench) -> None:
    bench.function("logged", COUNTING)
    bodies = [bench.invoke("logged")["body"] for _ in range(2)]
    streams = bench.logs.describe_log_streams(logGroupName="/aws/lambda/logged")["logStreams"]
    assert (bodies, len(streams)) == (["1", "2"], 2)


def test_alarm_adds_no_figures_up(bench: Workbench) -> None:
    assert made_as(bench, "summing", "CloudWatch::Alarm", SUMMING_ALARM) == "ROLLBACK_COMPLETE"


def test_saved_query_is_refused(bench: Workbench) -> None:
    query = {"Name": "errors", "QueryString": "fields @message"}
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        made_as(bench, "asking", "Logs::QueryDefinition", query)


def test_alarm_of_one_thing_hears_all_of_them(bench: Workbench) -> None:
    """The names of figures tell them apart, their dimensions do not."""
    bench.cloudwatch.put_metric_alarm(
        AlarmName="of-red", Namespace="Differences", MetricName="Sold", Dimensions=[{"Name": "colour", "Value": "red"}],
        Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    blue = {"MetricName": "Sold", "Value": 1, "Dimensions": [{"Name": "colour", "Value": "blue"}]}
    bench.cloudwatch.put_metric_data(Namespace="Differences", MetricData=[blue])
    [alarm] = bench.cloudwatch.describe_alarms(AlarmNames=["of-red"])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"


def made_as(bench: Workbench, stack: str, kind: str, properties: dict[str, Any]) -> str:
    """The status in which a stack of one resource ends."""
    template = {"Resources": {"It": {"Type": f"AWS::{kind}", "Properties": properties}}}
    bench.cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(template))
    return eventually(lambda: read_end_status(bench, stack))


def read_end_status(bench: Workbench, stack: str) -> str:
    status = bench.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    return "" if status.endswith("_IN_PROGRESS") else status


def test_calls_through_the_api_leave_no_metric(bench: Workbench) -> None:
    bench.get(bench.api("unmeasured", bench.function("unmeasured", COUNTING)))
    of_function = [{"Name": "FunctionName", "Value": "unmeasured"}]
    assert bench.cloudwatch.list_metrics(Namespace="AWS/Lambda", Dimensions=of_function)["Metrics"] == []
    bench.invoke("unmeasured")
    assert bench.cloudwatch.list_metrics(Namespace="AWS/Lambda", Dimensions=of_function)["Metrics"] != []


def test_rotating_a_secret_calls_no_function(bench: Workbench) -> None:
    rotator = bench.function("rotator", ECHOING)
    bench.secrets.create_secret(Name="rotated", SecretString=SECRET_VALUE)
    before = bench.secrets.get_secret_value(SecretId="rotated")
    bench.secrets.rotate_secret(
        SecretId="rotated", RotationLambdaARN=rotator, RotationRules={"AutomaticallyAfterDays": 30}
    )
    after = bench.secrets.get_secret_value(SecretId="rotated")
    assert after["VersionId"] != before["VersionId"]
    assert after["SecretString"] == SECRET_VALUE
    assert bench.lines_of("rotator") == []


def test_dead_letters_cannot_be_moved_back(bench: Workbench) -> None:
    _, letters_arn = bench.queue("unmoved-letters")
    with pytest.raises(ClientError, match="InvalidAction"):
        bench.sqs.start_message_move_task(SourceArn=letters_arn)


def test_functions_run_on_the_local_interpreter(bench: Workbench) -> None:
    source = """
import importlib.util, platform
def handler(event, context):
    print("called")
    return [platform.python_version(), importlib.util.find_spec("ministack") is not None]
"""
    bench.function("interpreted", source)
    assert bench.invoke("interpreted") == [platform.python_version(), True]


def test_page_tells_every_difference() -> None:
    page = (Path(__file__).parents[3] / "docs" / "local-cloud.md").read_text()
    told = set(re.findall(r"`(test_\w+)`", page))
    shown = {name for name in globals() if name.startswith("test_") and name != "test_page_tells_every_difference"}
    assert told == shown
