"""The alarms of a running local cloud."""

from __future__ import annotations

from tradewind_tools.localcloud.deploy import STACK
from tradewind_tools.localcloud.sdk import local_session


def list_ringing(endpoint_url: str) -> list[str]:
    """The names of the shop's alarms in the state ALARM, as the blueprint calls them.

    MiniStack evaluates an alarm only when a new value of its metric comes: until then its state stays.
    """
    cloudwatch = local_session().client("cloudwatch", endpoint_url=endpoint_url)
    prefix = f"{STACK}-"
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix, StateValue="ALARM")
    return sorted(alarm["AlarmName"].removeprefix(prefix) for page in pages for alarm in page["MetricAlarms"])
