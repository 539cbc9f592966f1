"""How the services of AWS that the shop calls are asked: at which host, by which name, in which of their protocols.

https://smithy.io/2.0/aws/protocols/index.html describes awsJson, restJson and awsQuery.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import msgspec

Parameters = Mapping[str, Any]


class ServiceRequest(NamedTuple):
    """The path, the headers and the body of a POST."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Service(Protocol):
    """`host` stands before the region in its address, `signs_as` in the scope of a signature."""

    @property
    def host(self) -> str: ...

    @property
    def signs_as(self) -> str: ...

    def request(self, operation: str, parameters: Parameters) -> ServiceRequest:
        """Ask for an operation, by AWS's name for it."""
        ...

    def answer(self, body: bytes) -> dict[str, Any]: ...

    def refusal(self, headers: Mapping[str, str], body: bytes) -> str:
        """The code of a refusal; empty where it has none."""
        ...


class JsonService(NamedTuple):
    """awsJson: a header names the operation. With `paths` it is restJson: each operation has a path of its own."""

    host: str
    signs_as: str
    target: str = ""
    version: str = "1.0"
    paths: Mapping[str, str] = {}

    def request(self, operation: str, parameters: Parameters) -> ServiceRequest:
        body = msgspec.json.encode(_in_json(parameters))
        if self.paths:
            return ServiceRequest(self.paths[operation], {"content-type": "application/json"}, body)
        headers = {
            "content-type": f"application/x-amz-json-{self.version}",
            "x-amz-target": f"{self.target}.{operation}",
        }
        return ServiceRequest("/", headers, body)

    def answer(self, body: bytes) -> dict[str, Any]:
        decoded: dict[str, Any] = msgspec.json.decode(body) if body else {}
        return decoded

    def refusal(self, headers: Mapping[str, str], body: bytes) -> str:
        """Such as `ResourceNotFoundException:http://…` in a header, or `com.amazonaws.sqs#QueueDoesNotExist` inside."""
        named = headers.get("x-amzn-errortype") or _text_of(rb'"(?:__type|code)"\s*:\s*"([^"]+)"', body)
        return named.partition(":")[0].rpartition("#")[2]


class QueryService(NamedTuple):
    """awsQuery: a form, answered in XML, of which the shop wants ids alone."""

    host: str
    signs_as: str
    version: str

    def request(self, operation: str, parameters: Parameters) -> ServiceRequest:
        from urllib.parse import urlencode  # noqa: PLC0415 - only what sends forms

        form = {"Action": operation, "Version": self.version, **dict(_in_form(parameters))}
        return ServiceRequest("/", {"content-type": "application/x-www-form-urlencoded"}, urlencode(form).encode())

    def answer(self, body: bytes) -> dict[str, Any]:
        return {"MessageId": _text_of(rb"<MessageId>([^<]+)<", body)}

    def refusal(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002 - as every service
        return _text_of(rb"<Code>([^<]+)<", body)


SERVICES: Mapping[str, Service] = {
    "events": JsonService("events", "events", "AWSEvents", "1.1"),
    "stepfunctions": JsonService("sync-states", "states", "AWSStepFunctions"),
    "sqs": JsonService("sqs", "sqs", "AmazonSQS"),
    "dynamodbstreams": JsonService("streams.dynamodb", "dynamodb", "DynamoDBStreams_20120810"),
    "secretsmanager": JsonService("secretsmanager", "secretsmanager", "secretsmanager", "1.1"),
    "sesv2": JsonService("email", "ses", paths={"SendEmail": "/v2/email/outbound-emails"}),
    "sns": QueryService("sns", "sns", "2010-03-31"),
}
"""By boto3's names. Of Step Functions the shop wants synchronous runs alone, which have a host of their own."""


def _in_json(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Times are seconds since 1970."""
    match value:
        case datetime():
            return value.timestamp()
        case Mapping():
            return {name: _in_json(each) for name, each in value.items()}
        case list() | tuple():
            return [_in_json(each) for each in value]
        case _:
            return value


def _in_form(parameters: Parameters) -> Iterator[tuple[str, str]]:
    """A map of structures is a numbered list of names and values."""
    for name, value in parameters.items():
        if not isinstance(value, Mapping):
            yield name, value
            continue
        for number, (key, structure) in enumerate(value.items(), 1):
            entry = f"{name}.entry.{number}"
            yield f"{entry}.Name", key
            yield from ((f"{entry}.Value.{part}", content) for part, content in structure.items())


def _text_of(pattern: bytes, body: bytes) -> str:
    found = re.search(pattern, body)
    return found[1].decode() if found else ""
