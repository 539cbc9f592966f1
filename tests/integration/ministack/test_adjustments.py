"""Each adjustment of MiniStack, seen from outside: what it makes true."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from httpx2 import Response
from mypy_boto3_stepfunctions import SFNClient
from tests.integration.localcloud.small_shop import API_ID, SMALL_SHOP, package
from tests.integration.localcloud.workbench import ROLE, Workbench, eventually

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.localcloud.web import front_door
from tradewind_tools.ministack.adjustments.workers import WORKERS_PER_FUNCTION

SILENT = "def handler(event, context):\n    return event\n"
SPEAKING = "import sys\ndef handler(event, context):\n    print(event['word'])\n"
MEASURING = """
import json
def handler(event, context):
    metric = {"Namespace": "Adjustments", "Dimensions": [["stage"]], "Metrics": [{"Name": "Counted", "Unit": "Count"}]}
    print(json.dumps({"_aws": {"Timestamp": 0, "CloudWatchMetrics": [metric]}, "stage": "test", "Counted": 1}))
"""
TALKATIVE = "def handler(event, context):\n    for number in range(3_000):\n        print('line', number)\n"
MODULES = "import sys\ndef handler(event, context):\n    print('called')\n    return 'botocore' in sys.modules\n"
SLOW = "import os, time\ndef handler(event, context):\n    time.sleep(0.02)\n    print('x')\n    return os.getpid()\n"
DOZING = "import os, time\ndef handler(event, context):\n    time.sleep(0.5)\n    return os.getpid()\n"
FRAGILE = """import os, time
if os.path.exists({broken!r}):
    os._exit(1)
def handler(event, context):
    if event == "work":
        open({begun!r}, "w").close()
        while not os.path.exists({enough!r}):
            time.sleep(0.01)
    return "done"
"""
ATTEMPTS = 100
RAISING = "class CardDeclined(Exception): ...\ndef handler(event, context):\n    raise CardDeclined('no')\n"


@pytest.fixture(scope="module")
def bench(bare_cloud: LocalCloud) -> Workbench:
    return Workbench(bare_cloud)


@pytest.fixture(scope="module")
def states(bare_cloud: LocalCloud) -> SFNClient:
    config = Config(inject_host_prefix=False)
    return local_session().client("stepfunctions", endpoint_url=bare_cloud.endpoint_url, config=config)


@pytest.fixture(scope="module")
def shop() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        cloud.deploy(SMALL_SHOP, package())
        yield cloud


def machine(states: SFNClient, name: str, definition: dict[str, Any]) -> str:
    made = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE, type="EXPRESS")
    return made["stateMachineArn"]


def run(states: SFNClient, arn: str) -> dict[str, Any]:
    started = states.start_execution(stateMachineArn=arn, input="{}")["executionArn"]

    def ended() -> dict[str, Any]:
        described: dict[str, Any] = {**states.describe_execution(executionArn=started)}
        return described if described["status"] != "RUNNING" else {}

    return eventually(ended)


def task(function_arn: str, **more: object) -> dict[str, Any]:
    return {"Type": "Task", "Resource": function_arn, "End": True, **more}


def took_seconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def test_execution_begins_at_once(states: SFNClient) -> None:
    """Without the sleep of 0.15 s; on a busy machine not every one is as fast as that."""
    arn = machine(states, "instant", {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    runs = (run(states, arn) for _ in range(ATTEMPTS))
    assert any((one["stopDate"] - one["startDate"]).total_seconds() < 0.15 for one in runs)


def test_waiting_in_a_state_machine_still_waits(states: SFNClient) -> None:
    wait = {"Type": "Wait", "Seconds": 1, "End": True}
    ended = run(states, machine(states, "waiting", {"StartAt": "Wait", "States": {"Wait": wait}}))
    assert (ended["stopDate"] - ended["startDate"]).total_seconds() >= 1


def test_express_run_that_is_awaited_begins_at_once(states: SFNClient) -> None:
    arn = machine(states, "awaited", {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    runs = (states.start_sync_execution(stateMachineArn=arn) for _ in range(ATTEMPTS))
    assert any((one["stopDate"] - one["startDate"]).total_seconds() < 0.15 for one in runs)


def test_retries_pause_no_longer_than_their_retrier_says(bench: Workbench, states: SFNClient) -> None:
    """Four pauses of 4, 16, 64 and 256 s would be two minutes in MiniStack, which knows no longest pause."""
    function = bench.function("raising-at-each-retry", RAISING)
    backoff = {"IntervalSeconds": 4, "BackoffRate": 4, "MaxDelaySeconds": 1, "MaxAttempts": 4}
    retry = [{"ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL", **backoff}]
    arn = machine(states, "patient", {"StartAt": "Try", "States": {"Try": task(function, Retry=retry)}})
    ended = states.start_sync_execution(stateMachineArn=arn)
    assert ended["status"] == "FAILED"
    assert 0.1 < (ended["stopDate"] - ended["startDate"]).total_seconds() < 10


def test_throttled_function_is_known_to_a_state_machine_by_its_error(bench: Workbench, states: SFNClient) -> None:
    function = bench.function("switched-off", SILENT)
    bench.functions.put_function_concurrency(FunctionName="switched-off", ReservedConcurrentExecutions=0)
    arn = machine(states, "throttled", {"StartAt": "Try", "States": {"Try": task(function)}})
    ended = states.start_sync_execution(stateMachineArn=arn)
    assert (ended["status"], ended["error"]) == ("FAILED", "Lambda.TooManyRequestsException")


def test_silent_function_does_not_wait_for_its_log(bench: Workbench) -> None:
    """Which would take 0.05 s each time; on a busy machine not every call is as fast as that."""
    bench.function("silent", SILENT)
    assert any(took_seconds(lambda: bench.invoke("silent")) < 0.045 for _ in range(ATTEMPTS))


def test_log_lines_stay_with_their_invocation(bench: Workbench) -> None:
    bench.function("speaking-in-words", SPEAKING)
    words = [f"word-{number}" for number in range(20)]
    for word in words:
        bench.invoke("speaking-in-words", {"word": word})
    lines = [line for line in bench.lines_of("speaking-in-words") if line.startswith("word-")]
    assert sorted(lines) == sorted(words)
    streams = bench.logs.describe_log_streams(logGroupName="/aws/lambda/speaking-in-words")["logStreams"]
    assert len(streams) == len(words)


def test_functions_that_share_a_log_group_have_groups_of_their_own(bench: Workbench) -> None:
    bench.function("sharing", SPEAKING)
    bench.functions.update_function_configuration(FunctionName="sharing", LoggingConfig={"LogGroup": "/shared"})
    bench.invoke("sharing", {"word": "word"})
    assert "word" in bench.lines_of("sharing")


def test_metric_in_a_log_line_makes_its_alarm_ring_once(bench: Workbench) -> None:
    topic = bench.sns.create_topic(Name="counted")["TopicArn"]
    url, queue_arn = bench.queue("counted")
    bench.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    bench.cloudwatch.put_metric_alarm(
        AlarmName="counted", Namespace="Adjustments", MetricName="Counted", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic],
    )  # fmt: skip
    bench.function("counting", MEASURING)
    bench.invoke("counting")
    bench.invoke("counting")
    assert bench.cloudwatch.list_metrics(Namespace="Adjustments")["Metrics"] == [
        {"Namespace": "Adjustments", "MetricName": "Counted", "Dimensions": [{"Name": "stage", "Value": "test"}]}
    ]
    assert eventually(lambda: bench.messages(url)) == 1


def test_no_line_of_a_long_log_is_lost(bench: Workbench) -> None:
    bench.function("talkative", TALKATIVE)
    for _ in range(3):
        bench.invoke("talkative")
    lines = [line for line in bench.lines_of("talkative") if line.startswith("line ")]
    assert len(lines) == 3 * 3_000


def test_worker_starts_without_botocore(bench: Workbench) -> None:
    bench.function("modules", MODULES)
    assert bench.invoke("modules") is False


def in_parallel(bench: Workbench, name: str, calls: int) -> list[Any]:
    with ThreadPoolExecutor(calls) as pool:
        return list(pool.map(lambda _: bench.invoke(name), range(calls)))


def test_calls_of_a_burst_share_few_workers(bench: Workbench) -> None:
    bench.function("slow", SLOW)
    workers = in_parallel(bench, "slow", 20)
    assert all(isinstance(worker, int) for worker in workers)
    assert 1 < len(set(workers)) <= WORKERS_PER_FUNCTION


def test_calls_wait_also_behind_workers_that_end(bench: Workbench) -> None:
    bench.function("failing-in-parallel", RAISING)
    answers = in_parallel(bench, "failing-in-parallel", 10)
    assert [answer["errorType"] for answer in answers] == ["CardDeclined"] * 10


def test_calls_wait_longer_than_their_function_may_run_rather_than_take_more_workers(bench: Workbench) -> None:
    bench.function("queued", DOZING)
    bench.functions.update_function_configuration(FunctionName="queued", Timeout=1)
    workers = in_parallel(bench, "queued", 4 * WORKERS_PER_FUNCTION)
    assert all(isinstance(worker, int) for worker in workers), workers
    assert len(set(workers)) <= WORKERS_PER_FUNCTION


def test_worker_that_cannot_start_leaves_the_others_at_their_work(bench: Workbench, tmp_path: Path) -> None:
    begun, broken, enough = tmp_path / "begun", tmp_path / "broken", tmp_path / "enough"
    bench.function("fragile", FRAGILE.format(begun=str(begun), broken=str(broken), enough=str(enough)))
    with ThreadPoolExecutor(1) as pool:
        at_work = pool.submit(bench.invoke, "fragile", "work")
        eventually(begun.exists)
        broken.touch()
        assert bench.invoke("fragile")["errorType"] == "Runtime.ExitError"
        enough.touch()
        assert at_work.result() == "done"


def test_state_machine_catches_an_exception_by_its_class(bench: Workbench, states: SFNClient) -> None:
    function = bench.function("raising", RAISING)
    catch = [{"ErrorEquals": ["CardDeclined"], "Next": "Caught"}]
    definition = {"StartAt": "Pay", "States": {"Pay": task(function, Catch=catch), "Caught": {"Type": "Succeed"}}}
    assert run(states, machine(states, "catching", definition))["status"] == "SUCCEEDED"


def test_worker_goes_on_after_an_exception(bench: Workbench) -> None:
    source = """
import itertools
numbers = itertools.count(1)
def handler(event, context):
    print("called")
    if event == "fail":
        raise ValueError("this call failed")
    return next(numbers)
"""
    bench.function("failing", source)
    assert [bench.invoke("failing"), bench.invoke("failing")] == [1, 2]
    assert bench.invoke("failing", "fail")["errorMessage"] == "this call failed"
    assert bench.invoke("failing") == 3


def test_exception_keeps_its_class_and_text_for_a_caller(bench: Workbench) -> None:
    bench.function("raising-again", RAISING)
    answer = bench.invoke("raising-again")
    assert (answer["errorType"], answer["errorMessage"]) == ("CardDeclined", "no")


def place(shop: LocalCloud, body: object) -> Response:
    return call("POST", f"{shop.front_door_url}/v1/orders", body)


def test_body_that_violates_its_model_is_refused_before_any_function(shop: LocalCloud) -> None:
    answer = place(shop, {"items": [{"productId": "mug", "quantity": 0}]})
    assert (answer.status_code, answer.json()["details"]) == (400, "the body")


def test_body_that_is_not_json_is_refused(shop: LocalCloud) -> None:
    url = f"{shop.endpoint_url}/_aws/execute-api/{API_ID}/{front_door.STAGE}/orders"
    answer = call("POST", url, None)
    assert (answer.status_code, answer.json()["details"]) == (400, "the body")


def test_caller_and_function_see_one_request_id(shop: LocalCloud) -> None:
    answer = place(shop, {"email": "a@b.c", "name": "A", "items": []})
    assert answer.headers["x-amzn-requestid"] == answer.json()["requestId"]


def test_refused_caller_sees_the_request_id_of_the_error(shop: LocalCloud) -> None:
    answer = place(shop, {})
    assert answer.headers["x-amzn-requestid"] == answer.json()["requestId"]


def test_requests_have_different_ids(shop: LocalCloud) -> None:
    assert len({place(shop, {}).json()["requestId"] for _ in range(5)}) == 5


def test_consumer_made_later_reads_the_stream_from_its_oldest_record(bench: Workbench) -> None:
    stream = bench.table("read-later")
    bench.dynamodb.put_item(TableName="read-later", Item={"PK": {"S": "early"}})
    time.sleep(1)  # the stream is polled several times meanwhile, for nobody
    bench.function("late-reader", "def handler(event, context):\n    print(event['Records'][0]['eventName'])\n")
    bench.functions.create_event_source_mapping(
        FunctionName="late-reader", EventSourceArn=stream, StartingPosition="TRIM_HORIZON"
    )
    assert eventually(lambda: "INSERT" in bench.lines_of("late-reader"))


def test_update_of_a_nested_stack_keeps_what_it_tells_of_the_rest(bench: Workbench) -> None:
    """The rule stays as it is, and its ARN is asked for again."""
    bench.deploy_nested("nested", "first")
    bench.deploy_nested("nested", "second")
    [stack] = bench.cloudformation.describe_stacks(StackName="nested")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    [output] = stack["Outputs"]
    assert output["OutputValue"].endswith(":rule/of-a-nested-stack")


def test_a_missing_stack_is_named_in_the_words_of_aws(bare_cloud: LocalCloud) -> None:
    stacks = local_session().client("cloudformation", endpoint_url=bare_cloud.endpoint_url)
    with pytest.raises(stacks.exceptions.ClientError, match="Stack with id nowhere does not exist"):
        stacks.list_stack_resources(StackName="nowhere")


def test_a_version_of_a_secret_stays_as_long_as_it_has_a_label(bare_cloud: LocalCloud) -> None:
    secrets = local_session().client("secretsmanager", endpoint_url=bare_cloud.endpoint_url)
    secrets.create_secret(Name="labelled", SecretString="made with the secret")
    stages = ["AWSCURRENT", "first"]
    first = secrets.put_secret_value(SecretId="labelled", SecretString="one", VersionStages=stages)["VersionId"]
    for value in ("two", "three"):
        secrets.put_secret_value(SecretId="labelled", SecretString=value)
    assert secrets.get_secret_value(SecretId="labelled", VersionId=first)["VersionStages"] == ["first"]
    assert secrets.get_secret_value(SecretId="labelled")["SecretString"] == "three"


def test_what_becomes_of_a_mail_is_published_as_an_event_of_its_configuration_set(bench: Workbench) -> None:
    session = local_session()
    mail = session.client("sesv2", endpoint_url=bench.endpoint_url)
    sns = session.client("sns", endpoint_url=bench.endpoint_url)
    sqs = session.client("sqs", endpoint_url=bench.endpoint_url)
    mail.create_email_identity(EmailIdentity="shop@events.example")
    topic = sns.create_topic(Name="mail-events")["TopicArn"]
    queue = sqs.create_queue(QueueName="mail-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    mail.create_configuration_set(ConfigurationSetName="events")
    mail.create_configuration_set_event_destination(
        ConfigurationSetName="events",
        EventDestinationName="all",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["BOUNCE", "COMPLAINT"],
            "SnsDestination": {"TopicArn": topic},
        },
    )

    def send(recipient: str, **more: str) -> None:
        content: Any = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}}}
        sender, to = "Shop <shop@events.example>", {"ToAddresses": [recipient]}
        mail.send_email(FromEmailAddress=sender, Destination=to, Content=content, **more)  # type: ignore[arg-type]

    send("bounce@simulator.amazonses.com")
    send("ada@example.com", ConfigurationSetName="events")
    for mailbox in ("bounce", "complaint+name", "success"):
        send(f"{mailbox}@simulator.amazonses.com", ConfigurationSetName="events")

    received: list[dict[str, Any]] = []

    def all_received() -> bool:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        received.extend(json.loads(each["Body"]) for each in answer.get("Messages", []))
        return len(received) > 1

    eventually(all_received)
    assert [(each["eventType"], each["mail"]["destination"]) for each in received] == [
        ("Bounce", ["bounce@simulator.amazonses.com"]),
        ("Complaint", ["complaint+name@simulator.amazonses.com"]),
    ]
    assert received[0]["bounce"]["bounceType"] == "Permanent"
    assert received[1]["complaint"]["complaintFeedbackType"] == "abuse"
