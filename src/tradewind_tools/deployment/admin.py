"""Creates the first administrator of a stage at AWS, whom no API can create, with the shop's own code."""

from __future__ import annotations

import os

import boto3
import msgspec

from tradewind.aws.secrets import ExtensionSecrets
from tradewind.aws.table import DynamoTable
from tradewind.identity.administrators import create_admin
from tradewind.identity.email_addresses import normalise_email
from tradewind.identity.messages import NewPassword
from tradewind.identity.passwords import refuse_weak
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.errors import TradewindError
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.deployment.errors import AdminRefused, NoCredentials
from tradewind_tools.deployment.stage import Stage


def create_stage_admin(session: boto3.Session, stage: Stage, email: str, password: str) -> str:
    """Create the administrator, or give an existing account this password and role. Returns the user's id.

    Raises AdminRefused, NoCredentials.
    """
    _check(email, password)
    _lend_credentials(session)
    clock = SystemClock()
    settings = Settings(stage=stage.name, table_name=stage.table)
    shop = Shop(
        table=DynamoTable(stage.table, clock),
        clock=clock,
        secrets=ExtensionSecrets(clock),
        settings=settings,
    )
    return create_admin(shop, email, password, first_name="Shop", last_name="Keeper")


def _check(email: str, password: str) -> None:
    """Apply the rules of registration. Raises AdminRefused."""
    try:
        refuse_weak(msgspec.convert(password, NewPassword), normalise_email(email), field="password")
    except msgspec.ValidationError as reason:
        raise AdminRefused(f"The password: {reason}") from None
    except TradewindError as refusal:
        raise AdminRefused(refusal.message) from None


def _lend_credentials(session: boto3.Session) -> None:
    """The functions' client for DynamoDB knows no profiles and no single sign-on: it reads the environment."""
    found = session.get_credentials()
    if found is None:
        raise NoCredentials
    keys = found.get_frozen_credentials()
    os.environ.update({"AWS_ACCESS_KEY_ID": keys.access_key or "", "AWS_SECRET_ACCESS_KEY": keys.secret_key or ""})
    os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = session.region_name
    if keys.token:
        os.environ["AWS_SESSION_TOKEN"] = keys.token
