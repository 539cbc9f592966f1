"""What MiniStack and the functions' workers find in their environment: all of it, decided here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

LOOPBACK = "127.0.0.1"
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
CONCURRENCY = "LAMBDA_ACCOUNT_CONCURRENCY"
ENFORCING = "AUTH"
"""MiniStack's switch: `true` makes it check signatures and identity policies."""

_FOREIGN_PREFIXES = ("AWS_", "LAMBDA_", "MINISTACK_", "LOCALSTACK_", "S3_", "SMTP_")

_MINISTACK = {
    "BIND_HOST": LOOPBACK,
    "IOT_MTLS_ENABLED": "0",  # it would open a port of its own
    "SFTP_ENABLED": "0",  # the same
    "DOCKER_HOST": "unix:///nonexistent",  # it would look for containers to remove
    "LAMBDA_WARM_TTL_SECONDS": "20",  # workers a burst left behind go soon
    "MINISTACK_WORKER_THREADS": "256",  # each waiting call takes one
    "LOG_LEVEL": "WARNING",
    "PYTHONDONTWRITEBYTECODE": "1",  # the package brings its bytecode
}


class Account(NamedTuple):
    """What the account of a local cloud is like.

    One that is `enforcing` refuses what IAM does not allow. Of its functions, `concurrency` may run at once, as on AWS;
    further calls are throttled.
    """

    enforcing: bool = False
    concurrency: int = 1_000


USUAL_ACCOUNT = Account()


def server_environment(
    cloud_port: int,
    folder: Path,
    *,
    persistent: bool,
    account: Account = USUAL_ACCOUNT,
    inherited: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Build the environment of the server process.

    Settings of a real AWS account never leak in: a function that forgot its endpoint must not reach one.
    """
    kept = {name: value for name, value in inherited.items() if not name.startswith(_FOREIGN_PREFIXES)}
    switches = {ENFORCING: "true" if account.enforcing else "false", CONCURRENCY: str(account.concurrency)}
    return kept | _MINISTACK | switches | CREDENTIALS | _addresses(cloud_port) | _folders(folder, persistent=persistent)


def _addresses(cloud_port: int) -> dict[str, str]:
    return {
        "GATEWAY_PORT": str(cloud_port),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{cloud_port}",
        "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(cloud_port),
    }


def _folders(folder: Path, *, persistent: bool) -> dict[str, str]:
    flag = "1" if persistent else "0"
    return {
        "PERSIST_STATE": flag,
        "S3_PERSIST": flag,
        "STATE_DIR": str(folder / "services"),
        "S3_DATA_DIR": str(folder / "s3"),
        "TMPDIR": str(folder / "tmp"),
    }
