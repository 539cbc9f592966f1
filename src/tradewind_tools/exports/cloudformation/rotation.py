"""The rotation of keys: their schedules, and the permission to call the function that rotates them."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind_tools.blueprint.model import Function, Rotation
from tradewind_tools.exports.cloudformation.functions import function_id
from tradewind_tools.exports.cloudformation.names import Resource, Resources, StageNames, arn, logical_id, ref, resource
from tradewind_tools.exports.cloudformation.storage import secret_id

ROTATOR = "secretsmanager.amazonaws.com"


def rotations(functions: Iterable[Function], stage: StageNames) -> Resources:
    """None in the local stage, whose cloud calls no function for a rotation and whose keys nobody attacks."""
    return {} if stage.is_local else every_rotation(functions)


def every_rotation(functions: Iterable[Function]) -> Resources:
    made: Resources = {}
    for function in functions:
        if isinstance(function.trigger, Rotation):
            for purpose in function.trigger.purposes:
                permission = logical_id(purpose, "RotationPermission")
                made[permission] = _permission(function, purpose)
                made[logical_id(purpose, "Rotation")] = _rotation(function, purpose, function.trigger.days, permission)
    return made


def _rotation(function: Function, purpose: str, days: int, permission: str) -> Resource:
    made = resource(
        "SecretsManager::RotationSchedule",
        SecretId=ref(secret_id(purpose)),
        RotationLambdaARN=arn(function_id(function)),
        RotationRules={"AutomaticallyAfterDays": days},
        RotateImmediatelyOnUpdate=False,
    )
    return {**made, "DependsOn": permission}


def _permission(function: Function, purpose: str) -> Resource:
    return resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=ref(function_id(function)),
        Principal=ROTATOR,
        SourceArn=ref(secret_id(purpose)),
    )
