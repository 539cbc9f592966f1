"""The roles that functions have in a running cloud, taken apart, and what was decided by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import product
from typing import Any, NamedTuple

import msgspec

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.ministack.enforcement import (
    DECISIONS_PATH,
    FROM_ADDRESS,
    LEADING_KEYS,
    Decision,
    secret_name,
)

SHOP = "tradewind-local-"
POLICY = "least"
NOT, SECRET = "NOT ", ":secret:"

JsonObject = Mapping[str, Any]


class Allowance(NamedTuple):
    """The least that a statement allows: one action on one resource, under one condition.

    `partition` is that of an item up to its first `#`; a resource that begins with `NOT` stands for all others.
    """

    action: str
    resource: str
    partition: str = ""
    sender: str = ""

    def allows(self, decision: Decision) -> bool:
        return (
            decision.action == self.action
            and self._covers(decision.resource)
            and self.partition in {"", decision.partition}
            and self.sender in {"", decision.resource.rpartition("/")[2]}
        )

    def _covers(self, resource: str) -> bool:
        if self.resource.startswith(NOT):
            return not fnmatchcase(resource, self.resource.removeprefix(NOT))
        return fnmatchcase(resource, self.resource) or (SECRET in resource and secret_name(resource) == self.resource)


def allowances(statement: JsonObject) -> Iterator[Allowance]:
    """Take a statement apart; one with another effect or other conditions than ours fails."""
    conditions = {key: wanted for block in statement.get("Condition", {}).values() for key, wanted in block.items()}
    assert statement["Effect"] == "Allow"
    assert conditions.keys() <= {LEADING_KEYS, FROM_ADDRESS}
    partitions = [each.removesuffix("*") for each in _listed(conditions.get(LEADING_KEYS, ""))]
    others = [f"{NOT}{each}" for each in _listed(statement.get("NotResource", []))]
    resources = others or _listed(statement["Resource"])
    senders = _listed(conditions.get(FROM_ADDRESS, ""))
    yield from (Allowance(*parts) for parts in product(_listed(statement["Action"]), resources, partitions, senders))


class Roles:
    """The functions' own roles, by their names in the blueprint; a policy changes at once."""

    def __init__(self, cloud: LocalCloud) -> None:
        session = local_session()
        self._iam: Any = session.client("iam", endpoint_url=cloud.endpoint_url)
        pages = session.client("lambda", endpoint_url=cloud.endpoint_url).get_paginator("list_functions").paginate()
        listed = [each for page in pages for each in page["Functions"]]
        self._names = {each["FunctionName"].removeprefix(SHOP): each["Role"].rpartition("/")[2] for each in listed}

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def written(self, function: str) -> list[JsonObject]:
        """The statements of the role's one policy."""
        role = self._names[function]
        assert self._iam.list_role_policies(RoleName=role)["PolicyNames"] == [POLICY]
        assert not self._iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        document = self._iam.get_role_policy(RoleName=role, PolicyName=POLICY)["PolicyDocument"]
        return list(document["Statement"])

    def write(self, function: str, statements: Sequence[JsonObject]) -> None:
        document = msgspec.json.encode({"Version": "2012-10-17", "Statement": statements}).decode()
        self._iam.put_role_policy(RoleName=self._names[function], PolicyName=POLICY, PolicyDocument=document)

    def allowances(self, function: str) -> list[Allowance]:
        return [allowance for statement in self.written(function) for allowance in allowances(statement)]


def decisions(cloud: LocalCloud) -> list[Decision]:
    """What was decided until now, by the names that functions have in the blueprint."""
    response = call("GET", f"{cloud.endpoint_url}{DECISIONS_PATH}")
    decided = msgspec.json.decode(response.content, type=list[Decision])
    return [msgspec.structs.replace(each, function=each.function.removeprefix(SHOP)) for each in decided]


def _listed(words: str | Sequence[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)
