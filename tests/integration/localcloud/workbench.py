"""Small pieces of AWS, made in the local cloud for one test."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any, TypeVar

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.ministack.environment import REGION

ROLE = "arn:aws:iam::000000000000:role/without-any-permission"
STAGE = "test"
PATIENCE_SECONDS = 120
FUNCTION_SECONDS = 60
POLL_SECONDS = 0.05

Found = TypeVar("Found")


class Workbench:
    """Clients for the local cloud, and what a test needs of each, in a line."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.endpoint_url = cloud.endpoint_url
        session = local_session()
        self.apigateway = session.client("apigateway", endpoint_url=self.endpoint_url)
        self.cloudformation = session.client("cloudformation", endpoint_url=self.endpoint_url)
        self.cloudwatch = session.client("cloudwatch", endpoint_url=self.endpoint_url)
        self.dynamodb = session.client("dynamodb", endpoint_url=self.endpoint_url)
        self.events = session.client("events", endpoint_url=self.endpoint_url)
        self.functions = session.client("lambda", endpoint_url=self.endpoint_url)
        self.logs = session.client("logs", endpoint_url=self.endpoint_url)
        self.s3 = session.client("s3", endpoint_url=self.endpoint_url)
        self.secrets = session.client("secretsmanager", endpoint_url=self.endpoint_url)
        self.sns = session.client("sns", endpoint_url=self.endpoint_url)
        self.sqs = session.client("sqs", endpoint_url=self.endpoint_url)
        self.wafv2 = session.client("wafv2", endpoint_url=self.endpoint_url)

    def function(self, name: str, source: str) -> str:
        """Make a function whose module defines `handler(event, context)`; gives its ARN."""
        made = self.functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=ROLE,
            Handler="code.handler",
            Code={"ZipFile": _zipped(source)},
            Timeout=FUNCTION_SECONDS,
        )
        return str(made["FunctionArn"])

    def invoke(self, name: str, event: object = None) -> Any:  # noqa: ANN401 - a function may give anything
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        return json.loads(answer["Payload"].read())

    def lines_of(self, name: str) -> list[str]:
        """The lines a function has logged so far."""
        groups = self.logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
        if not groups:
            return []
        events = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        return [event["message"].rstrip() for event in events]

    def api(self, name: str, function_arn: str) -> str:
        """Make a REST API with `GET /` answered by a function, without leave to call it; gives its id."""
        api_id = str(self.apigateway.create_rest_api(name=name)["id"])
        [root] = self.apigateway.get_resources(restApiId=api_id)["items"]
        get = {"restApiId": api_id, "resourceId": root["id"], "httpMethod": "GET"}
        self.apigateway.put_method(**get, authorizationType="NONE")
        self.apigateway.put_integration(
            **get,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations",
        )
        self.apigateway.create_deployment(restApiId=api_id, stageName=STAGE)
        return api_id

    def get(self, api_id: str, query: str = "") -> tuple[int, str]:
        """Ask an API; gives the status and the body."""
        url = f"{self.endpoint_url}/_aws/execute-api/{api_id}/{STAGE}/{query}"
        response = call("GET", url)
        return response.status_code, response.text

    def deploy_nested(self, name: str, description: str) -> None:
        """Create or update a stack with a nested one of that description, which makes a rule and gives its ARN."""
        rule = {
            "Type": "AWS::Events::Rule",
            "Properties": {"Name": f"of-a-{name}-stack", "ScheduleExpression": "rate(1 day)"},
        }
        arn = {"Value": {"Fn::GetAtt": ["Rule", "Arn"]}}
        nested = json.dumps({"Description": description, "Resources": {"Rule": rule}, "Outputs": {"Arn": arn}})
        self.s3.create_bucket(Bucket=name)
        key = f"{description}.json"
        self.s3.put_object(Bucket=name, Key=key, Body=nested.encode())
        stack = {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": f"https://s3.amazonaws.com/{name}/{key}"},
        }
        root = {"Resources": {"Stack": stack}, "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Stack", "Outputs.Arn"]}}}}
        known = {each["StackName"] for each in self.cloudformation.list_stacks()["StackSummaries"]}
        operation = self.cloudformation.update_stack if name in known else self.cloudformation.create_stack
        operation(StackName=name, TemplateBody=json.dumps(root))
        eventually(lambda: not self._stack_status(name).endswith("_IN_PROGRESS"))

    def _stack_status(self, name: str) -> str:
        return self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]

    def table(self, name: str) -> str:
        """Make a table with a stream of both images; gives the stream's ARN."""
        made = self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return made["TableDescription"]["LatestStreamArn"]

    def queue(self, name: str) -> tuple[str, str]:
        """Make a queue; gives its URL and its ARN."""
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        return url, self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def messages(self, queue_url: str) -> int:
        counted = self.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(counted["Attributes"]["ApproximateNumberOfMessages"])


def eventually(look: Callable[[], Found], patience_seconds: float = PATIENCE_SECONDS) -> Found:
    """Look until something is there, and give it."""
    deadline = time.monotonic() + patience_seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    assert found, f"nothing after {patience_seconds} s"
    return found


def _zipped(source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("code.py", source)
    return content.getvalue()
