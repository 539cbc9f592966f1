"""A shop in a local cloud that has traded a little, and what each function of the blueprint is asked to do there.

It is the shop of `./dev invoke`: its items stand in the local cloud's table anew before each process, so that every one
finds the same, whatever the one before it has done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from tradewind.aws.table import Item
from tradewind_tools.bench.shop import environment_of, template_of
from tradewind_tools.bench.subjects import Event
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.exports.sample_events import sample_event
from tradewind_tools.invoke.functions import find_function
from tradewind_tools.invoke.memory_site import open_memory_site, table_of
from tradewind_tools.invoke.site import Site
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.memory.ports import MemorySecrets
from tradewind_tools.memory.stream_images import encode_item
from tradewind_tools.ministack.environment import REGION

SERVICES: Final = (
    "AWS::DynamoDB::Table",
    "AWS::SecretsManager::Secret",
    "AWS::Events::EventBus",
    "AWS::SQS::Queue",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::EmailIdentity",
)
_BATCH: Final = 25
_NOTHING: Final = json.dumps({"StartAt": "Nothing", "States": {"Nothing": {"Type": "Pass", "End": True}}})


class Scene:
    """The table as it was when the shop had traded, and the sample events with the ids of what is there."""

    def __init__(self, endpoint_url: str, site: Site) -> None:
        self.environment: Mapping[str, str] = environment_of(endpoint_url)
        self._site = site
        items = map(encode_item, table_of(site).all_items())
        self._items = {_key_of(item): item for item in items}
        self._dynamodb = local_session().client("dynamodb", endpoint_url=endpoint_url)

    def event_of(self, function: str) -> Event:
        return self._site.localize(sample_event(find_function(function)))

    def restore(self) -> None:
        """Let the table have the shop's items, and nothing else."""
        there = {_key_of(item): item for item in self._scan()}
        added = [{"DeleteRequest": {"Key": _key(item)}} for key, item in there.items() if key not in self._items]
        changed = [{"PutRequest": {"Item": item}} for key, item in self._items.items() if there.get(key) != item]
        self._write([*added, *changed])

    def _scan(self) -> Iterator[Item]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self.environment["TABLE_NAME"])
        return (item for page in pages for item in page["Items"])

    def _write(self, requests: Sequence[Any]) -> None:
        for start in range(0, len(requests), _BATCH):
            batch = list(requests[start : start + _BATCH])
            self._dynamodb.batch_write_item(RequestItems={self.environment["TABLE_NAME"]: batch})


def _key(item: Item) -> Item:
    return {name: item[name] for name in ("PK", "SK")}


def _key_of(item: Item) -> tuple[str, str]:
    return item["PK"]["S"], item["SK"]["S"]


@contextmanager
def open_scene() -> Iterator[Scene]:
    """A local cloud with what the functions call, but without them: nobody follows what they write."""
    with LocalCloud() as cloud:
        cloud.deploy(template_of(SERVICES))
        _set_secrets(cloud.endpoint_url)
        _make_state_machine(cloud.endpoint_url)
        yield Scene(cloud.endpoint_url, open_memory_site())


def _set_secrets(endpoint_url: str) -> None:
    """The keys that the shop in memory has signed with."""
    vault = local_session().client("secretsmanager", endpoint_url=endpoint_url)
    for secret in vault.list_secrets()["SecretList"]:
        named = MemorySecrets().current(secret["Name"])
        vault.put_secret_value(
            SecretId=secret["Name"], ClientRequestToken=named.version_id, SecretString=named.secret_string
        )


def _make_state_machine(endpoint_url: str) -> None:
    """In the place of the checkout: one that does nothing."""
    machines = local_session().client("stepfunctions", endpoint_url=endpoint_url)
    machines.create_state_machine(
        name=StageNames(LOCAL).of("checkout-orchestrator"),
        definition=_NOTHING,
        type="EXPRESS",
        roleArn=f"arn:aws:iam::000000000000:role/{REGION}",
    )
