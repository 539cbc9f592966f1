"""The versions of a secret as a rotation needs them, and Secrets Manager behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tradewind.aws.sdk import refusal_code

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"
_NOT_FOUND = "ResourceNotFoundException"


class Vault(Protocol):
    def current_version(self, secret_id: str) -> str:
        """The id of the version that is in use."""
        ...

    def value(self, secret_id: str, version_id: str) -> str | None:
        """The version's value; None while it has none."""
        ...

    def keep_pending(self, secret_id: str, version_id: str, value: str) -> None:
        """Give the version its value, to be put in use later."""
        ...

    def put_in_use(self, secret_id: str, version_id: str, instead_of: str) -> None:
        """Let one version take another's place, if that is still the one in use."""
        ...


class SecretsManagerVault:
    def __init__(self, client: SecretsManagerClient) -> None:
        self._client = client

    def current_version(self, secret_id: str) -> str:
        versions = self._client.describe_secret(SecretId=secret_id)["VersionIdsToStages"]
        return next(version_id for version_id, stages in versions.items() if CURRENT in stages)

    def value(self, secret_id: str, version_id: str) -> str | None:
        try:
            return self._client.get_secret_value(SecretId=secret_id, VersionId=version_id)["SecretString"]
        except Exception as error:
            if refusal_code(error) == _NOT_FOUND:
                return None
            raise

    def keep_pending(self, secret_id: str, version_id: str, value: str) -> None:
        self._client.put_secret_value(
            SecretId=secret_id, ClientRequestToken=version_id, SecretString=value, VersionStages=[PENDING]
        )

    def put_in_use(self, secret_id: str, version_id: str, instead_of: str) -> None:
        self._client.update_secret_version_stage(
            SecretId=secret_id, VersionStage=CURRENT, MoveToVersionId=version_id, RemoveFromVersionId=instead_of
        )
