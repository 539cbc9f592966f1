"""The table and the secrets."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind_tools.blueprint.model import Function
from tradewind_tools.blueprint.permissions import SecretGrant
from tradewind_tools.blueprint.table import Index, KeyPair, TableDefinition
from tradewind_tools.exports.cloudformation.names import Resource, Resources, StageNames, Value, logical_id, resource

TABLE = "Table"
_KEY_LENGTH = 64


def table(table: TableDefinition, stage: StageNames) -> Resources:
    """Without `SSESpecification` DynamoDB encrypts with a key of its own; one of KMS is paid for by the request.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSESpecification.html
    """
    made = resource(
        "DynamoDB::Table",
        TableName=stage.shop,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for key in table.keys for name in (key.partition, key.sort)
        ],
        KeySchema=_key_schema(table.key),
        GlobalSecondaryIndexes=[_index(index) for index in table.indexes],
        StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        TimeToLiveSpecification={"AttributeName": table.ttl_attribute, "Enabled": True},
        DeletionProtectionEnabled=not stage.is_local,
    )
    return {TABLE: retain(made, stage)}


def secret_id(purpose: str) -> str:
    return logical_id(purpose, "Secret")


def secrets(functions: Iterable[Function], stage: StageNames) -> Resources:
    """Each secret that a function reads, with a generated value."""
    grants = (grant for function in functions for grant in function.grants)
    purposes = sorted({grant.purpose for grant in grants if isinstance(grant, SecretGrant)})
    return {secret_id(purpose): _secret(purpose, stage) for purpose in purposes}


def retain(made: Resource, stage: StageNames) -> Resource:
    """Keep the resource when its stack is deleted; not in the local stage, which is made anew each time."""
    policy = "Delete" if stage.is_local else "Retain"
    return {**made, "DeletionPolicy": policy, "UpdateReplacePolicy": policy}


def _secret(purpose: str, stage: StageNames) -> Resource:
    made = resource(
        "SecretsManager::Secret",
        Name=stage.secret(purpose),
        GenerateSecretString={"PasswordLength": _KEY_LENGTH, "ExcludePunctuation": True},
    )
    return retain(made, stage)


def _index(index: Index) -> Value:
    return {
        "IndexName": index.name,
        "KeySchema": _key_schema(index.key),
        "Projection": {"ProjectionType": "ALL"},
    }


def _key_schema(key: KeyPair) -> Value:
    return [
        {"AttributeName": key.partition, "KeyType": "HASH"},
        {"AttributeName": key.sort, "KeyType": "RANGE"},
    ]
