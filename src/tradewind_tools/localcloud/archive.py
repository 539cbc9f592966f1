"""The archive of the bus, which the local cloud's CloudFormation cannot make: made by its API, as the template says."""

from __future__ import annotations

import json

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.messaging import SOURCE
from tradewind_tools.localcloud.sdk import local_session


def ensure(endpoint_url: str, shop: str) -> None:
    """Archive the events of the bus `shop` under the same name, unless that is done already."""
    client = local_session().client("events", endpoint_url=endpoint_url)
    if client.list_archives(NamePrefix=shop)["Archives"]:
        return
    client.create_archive(
        ArchiveName=shop,
        EventSourceArn=client.describe_event_bus(Name=shop)["Arn"],
        EventPattern=json.dumps({"source": [SOURCE]}),
        RetentionDays=limits.ARCHIVE_RETENTION_DAYS,
    )
