"""A function that does nothing, behind an API of its own in the running local cloud: what the emulator itself takes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.ministack.environment import REGION
from tradewind_tools.places import PROJECT

NAME: Final = "bench-nothing"
STAGE: Final = "v1"
_ROLE: Final = "arn:aws:iam::000000000000:role/bench-nothing"


@contextmanager
def serve_nothing(endpoint_url: str) -> Iterator[str]:
    """The address of the function; it is taken away afterwards."""
    lambdas = local_session().client("lambda", endpoint_url=endpoint_url)
    gateway = local_session().client("apigateway", endpoint_url=endpoint_url)
    function = lambdas.create_function(
        FunctionName=NAME, Runtime="python3.13", Role=_ROLE, Handler="bare.handle", Code={"ZipFile": _code()}
    )
    api = gateway.create_rest_api(name=NAME)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    arn = function["FunctionArn"]
    gateway.put_integration(
        restApiId=api,
        resourceId=root,
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations",
    )
    gateway.create_deployment(restApiId=api, stageName=STAGE)
    try:
        yield f"{endpoint_url}/_aws/execute-api/{api}/{STAGE}/"
    finally:
        gateway.delete_rest_api(restApiId=api)
        lambdas.delete_function(FunctionName=NAME)


def _code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(PROJECT / "bench" / "bare.py", "bare.py")
    return packed.getvalue()
