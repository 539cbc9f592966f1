from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import boto3
import pytest

from tradewind.aws.table import DynamoTable, Table, _load_core
from tradewind.kernel.clock import SystemClock
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.memory.table import INDEXES, MemoryTable
from tradewind_tools.ministack.environment import REGION

_numbers = count(1)


class Subject(NamedTuple):
    """A table under test, and how it says that a request is invalid."""

    table: Table
    refusals: tuple[type[Exception], ...]


@pytest.fixture(scope="session")
def dynamodb_url() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, LocalCloud() as cloud:
        patch.setenv("AWS_REGION", REGION)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield cloud.endpoint_url


@pytest.fixture(params=["memory", "dynamodb"])
def subject(request: pytest.FixtureRequest) -> Subject:
    if request.param == "memory":
        return Subject(MemoryTable(), (ValueError, TypeError))
    return _dynamodb(request.getfixturevalue("dynamodb_url"))


@pytest.fixture
def table(subject: Subject) -> Table:
    return subject.table


def _dynamodb(endpoint_url: str) -> Subject:
    name = f"contract-{next(_numbers)}"
    _create_table(name, endpoint_url)
    refusals = (_load_core().PydynoxException, ValueError, TypeError)
    return Subject(DynamoTable(name, SystemClock(), endpoint_url), refusals)


def _create_table(name: str, endpoint_url: str) -> None:
    attributes = [f"{index}{part}" for index in ("", *INDEXES) for part in ("PK", "SK")]
    boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint_url).create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_key_schema(""),
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in attributes],
        GlobalSecondaryIndexes=[
            {"IndexName": index, "KeySchema": _key_schema(index), "Projection": {"ProjectionType": "ALL"}}
            for index in INDEXES
        ],
    )


def _key_schema(index: str) -> list[Any]:
    return [
        {"AttributeName": f"{index}PK", "KeyType": "HASH"},
        {"AttributeName": f"{index}SK", "KeyType": "RANGE"},
    ]
