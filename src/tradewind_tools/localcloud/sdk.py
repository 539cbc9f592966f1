"""boto3 for whoever speaks to a local cloud."""

from __future__ import annotations

import boto3

from tradewind_tools.ministack.environment import CREDENTIALS, REGION


def local_session() -> boto3.Session:
    """The credentials and the region of every local cloud; a client wants its `endpoint_url` besides."""
    return boto3.Session(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
