"""The alarms of a running local cloud."""

from __future__ import annotations

import boto3

from tradewind_tools.localcloud.deploy import STACK
from tradewind_tools.localcloud.environment import CREDENTIALS, REGION


def ringing(endpoint_url: str) -> list[str]:
    """The names of the shop's alarms that ring, as the blueprint calls them.

    Here an alarm looks only when a new figure comes, so one that rang goes on until then.
    """
    cloudwatch = boto3.client(
        "cloudwatch",
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
    prefix = f"{STACK}-"
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix, StateValue="ALARM")
    return sorted(alarm["AlarmName"].removeprefix(prefix) for page in pages for alarm in page["MetricAlarms"])
