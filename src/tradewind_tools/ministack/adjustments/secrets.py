"""The versions of secrets."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any


def keep_custom_stages(secretsmanager: ModuleType) -> None:
    """Keep the staging labels of a version that are not AWS's own: MiniStack drops them, and later the version."""
    put = secretsmanager._put_secret_value  # noqa: SLF001 - no API labels a version once it is gone

    def put_with_labels(data: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = put(data)
        own = [label for label in data.get("VersionStages", []) if not label.startswith("AWS")]
        if own and "VersionId" in (answer := json.loads(body)):
            _, secret = secretsmanager._resolve(data["SecretId"])  # noqa: SLF001
            for label in own:
                secretsmanager._remove_stage_everywhere(secret, label)  # noqa: SLF001
                secretsmanager._add_stage(secret, answer["VersionId"], label)  # noqa: SLF001
        return status, headers, body

    secretsmanager._put_secret_value = put_with_labels  # type: ignore[attr-defined]  # noqa: SLF001
