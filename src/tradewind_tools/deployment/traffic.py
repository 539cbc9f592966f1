"""The aliases of functions, which direct their traffic, and the alarms of a stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol

import boto3
from botocore.config import Config

from tradewind_tools.deployment.release import Pointer

ALIAS: Final = "live"
_AT_ONCE: Final = 8
_PATIENT: Final = Config(retries={"mode": "adaptive", "max_attempts": 10})
"""Lambda takes fifteen changes a second of a whole account: a release of all functions is more than that."""


class TrafficControl(Protocol):
    """Directs the traffic of functions."""

    def read_pointers(self, functions: Iterable[str]) -> dict[str, Pointer]:
        """The pointer of each function's alias; functions without an alias are left out."""

    def set_pointers(self, pointers: Mapping[str, Pointer]) -> None:
        """Set the pointer of each function's alias; repeating it changes nothing."""


class AlarmReader(Protocol):
    """Knows which alarms ring."""

    def list_ringing(self) -> set[str]: ...


class LambdaTraffic:
    """The alias `live` of each function."""

    def __init__(self, session: boto3.Session) -> None:
        self._lambda = client(session, "lambda")

    def read_pointers(self, functions: Iterable[str]) -> dict[str, Pointer]:
        names = list(functions)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = pool.map(self._pointer, names)
            return {name: pointer for name, pointer in zip(names, found, strict=True) if pointer}

    def set_pointers(self, pointers: Mapping[str, Pointer]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._move, pointers, pointers.values()))

    def _pointer(self, function: str) -> Pointer | None:
        try:
            alias = self._lambda.get_alias(FunctionName=function, Name=ALIAS)
        except self._lambda.exceptions.ResourceNotFoundException:
            return None
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        second = next(iter(weights.items()), None)
        return Pointer(alias["FunctionVersion"], *second) if second else Pointer(alias["FunctionVersion"])

    def _move(self, function: str, pointer: Pointer) -> None:
        weights = {pointer.second: pointer.share} if pointer.second else {}
        self._lambda.update_alias(
            FunctionName=function,
            Name=ALIAS,
            FunctionVersion=pointer.version,
            RoutingConfig={"AdditionalVersionWeights": weights},
        )


class CloudWatchAlarms:
    """The alarms with these names."""

    def __init__(self, session: boto3.Session, names: Iterable[str]) -> None:
        self._cloudwatch = client(session, "cloudwatch")
        self._names = list(names)

    def list_ringing(self) -> set[str]:
        answer = self._cloudwatch.describe_alarms(AlarmNames=self._names, StateValue="ALARM")
        return {alarm["AlarmName"] for alarm in answer["MetricAlarms"]}


def client(session: boto3.Session, service: str) -> Any:  # noqa: ANN401 - as boto3 makes it
    return session.client(service, config=_PATIENT)  # type: ignore[call-overload]
