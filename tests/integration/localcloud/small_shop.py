"""A shop of one function, one route and one table: enough to see the local cloud work, deployed in a moment."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from tradewind_tools.localcloud.deploy import BUCKET, Deployer, StackChange
from tradewind_tools.localcloud.package import CodePackage
from tradewind_tools.localcloud.state import AdminLogin

API_ID = "5a11b0a7"
TABLE = "small-shop"
SECRET = "small-shop/secret"
SECRET_VALUE = "hush"

_CODE = """
import json
def handler(event, context):
    print(json.dumps({"event": "order_taken"}))
    context = event["requestContext"]
    return {"statusCode": 201, "body": json.dumps({"requestId": context["requestId"], "path": event["path"]})}

def copy(event, context):
    import boto3
    print(json.dumps({"event": "copied"}))
    table = boto3.resource("dynamodb").Table("small-shop")
    for record in event["Records"]:
        table.put_item(Item={"PK": "COPY#" + record["dynamodb"]["Keys"]["PK"]["S"]})
"""

_ITEM = {
    "type": "object",
    "required": ["productId", "quantity"],
    "properties": {"productId": {"type": "string"}, "quantity": {"type": "integer", "minimum": 1}},
}
_ORDER = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["name", "email"],
    "properties": {"name": {"type": "string"}, "items": {"type": "array", "items": _ITEM}},
}
_ERROR = '{"details": "the body", "requestId": "$context.requestId"}'


def package() -> CodePackage:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("code.py", _CODE)
    return CodePackage(content.getvalue(), "small-shop")


def _resource(kind: str, **properties: object) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _function(name: str) -> dict[str, Any]:
    return _resource(
        "Lambda::Function",
        FunctionName=f"small-{name}",
        Runtime="python3.13",
        Handler=f"code.{name}",
        Role={"Fn::GetAtt": ["Role", "Arn"]},
        Code={"S3Bucket": BUCKET, "S3Key": package().key},
    )


_API = {"RestApiId": {"Ref": "Api"}}
_INTEGRATION = {
    "Type": "AWS_PROXY",
    "IntegrationHttpMethod": "POST",
    "Uri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Handler.Arn}/invocations"},
}

SMALL_SHOP: dict[str, Any] = {
    "Resources": {
        "Role": _resource("IAM::Role", AssumeRolePolicyDocument={}),
        "Handler": _function("handler"),
        "Secret": _resource("SecretsManager::Secret", Name=SECRET, SecretString=SECRET_VALUE),
        "Table": _resource(
            "DynamoDB::Table",
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
            StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"},
        ),
        "Copy": _function("copy"),
        "Stream": _resource(
            "Lambda::EventSourceMapping",
            FunctionName={"Ref": "Copy"},
            EventSourceArn={"Fn::GetAtt": ["Table", "StreamArn"]},
            StartingPosition="TRIM_HORIZON",
            FilterCriteria={"Filters": [{"Pattern": '{"dynamodb": {"Keys": {"PK": {"S": [{"prefix": "ORDER#"}]}}}}'}]},
        ),
        "Api": _resource("ApiGateway::RestApi", Name="small-shop", Tags=[{"Key": "ms-custom-id", "Value": API_ID}]),
        "Orders": _resource(
            "ApiGateway::Resource", **_API, ParentId={"Fn::GetAtt": ["Api", "RootResourceId"]}, PathPart="orders"
        ),
        "Order": _resource("ApiGateway::Model", **_API, Name="Order", ContentType="application/json", Schema=_ORDER),
        "Validator": _resource("ApiGateway::RequestValidator", **_API, ValidateRequestBody=True),
        "Refusal": _resource(
            "ApiGateway::GatewayResponse",
            **_API,
            ResponseType="BAD_REQUEST_BODY",
            ResponseTemplates={"application/json": _ERROR},
        ),
        "Post": _resource(
            "ApiGateway::Method",
            **_API,
            ResourceId={"Ref": "Orders"},
            HttpMethod="POST",
            AuthorizationType="NONE",
            RequestValidatorId={"Ref": "Validator"},
            RequestModels={"application/json": {"Ref": "Order"}},
            Integration=_INTEGRATION,
        ),
        "Deployment": {
            **_resource("ApiGateway::Deployment", **_API, StageName="v1"),
            "DependsOn": ["Post", "Refusal"],
        },
    }
}


class SmallShop:
    """The shop as `lifecycle.up` wants it; it has nothing to load."""

    reloads = False

    def deploy(self, endpoint_url: str, front_door_url: str) -> StackChange:  # noqa: ARG002 - it sends no mail
        deployer = Deployer(endpoint_url)
        deployer.upload(package())
        return deployer.deploy(SMALL_SHOP)

    def load(self, front_door_url: str, endpoint_url: str, admin: AdminLogin) -> None:
        """Nothing to load."""

    def resume(self, endpoint_url: str) -> None:
        """Nothing to resume."""
