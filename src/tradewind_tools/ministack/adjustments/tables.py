"""Tables that CloudFormation makes: when their items expire, and whether they can be restored."""

from __future__ import annotations

import json
from functools import partial
from types import ModuleType
from typing import Any

from tradewind_tools.ministack.adjustments.provisioners import after_provisioning


def keep_expiry_and_backups(handlers: dict[str, dict[str, Any]], dynamodb: ModuleType) -> None:
    """CloudFormation's time to live and point-in-time recovery are left out; the table's own API keeps both."""
    after_provisioning(handlers["AWS::DynamoDB::Table"], partial(_keep, dynamodb))


def _keep(dynamodb: ModuleType, table: str, properties: dict[str, Any]) -> None:
    for operation, specification in (
        (dynamodb._update_ttl, "TimeToLiveSpecification"),  # noqa: SLF001 - what its API does
        (dynamodb._update_continuous_backups, "PointInTimeRecoverySpecification"),  # noqa: SLF001 - likewise
    ):
        if specification in properties:
            settings = json.loads(json.dumps(properties[specification]), object_hook=_read_booleans)
            operation({"TableName": table, specification: settings})


def _read_booleans(settings: dict[str, Any]) -> dict[str, Any]:
    """Turn the texts `true` and `false`, which CloudFormation hands over, into booleans."""
    return {name: value == "true" if value in {"true", "false"} else value for name, value in settings.items()}
