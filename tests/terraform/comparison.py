"""Two inventories, difference by difference, and those that are explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from tradewind_tools.deployment.inventory import Inventory, Thing

MISSING = "nothing"


class Difference(NamedTuple):
    """One value of one thing, as each made it."""

    thing: str
    path: str
    cloudformation: Thing
    terraform: Thing

    def __str__(self) -> str:
        where = f"{self.thing} · {self.path}" if self.path else self.thing
        return f"{where}: CloudFormation {self.cloudformation!r}, Terraform {self.terraform!r}"


@dataclass(frozen=True)
class Allowance:
    """Why some differences are right."""

    reason: str
    covers: Callable[[Difference], bool]


def differences(cloudformation: Inventory, terraform: Inventory) -> list[Difference]:
    things = sorted(cloudformation.keys() | terraform.keys())
    return [found for thing in things for found in _of(thing, cloudformation, terraform)]


def unexplained(found: list[Difference], allowances: list[Allowance]) -> list[str]:
    return [str(each) for each in found if not any(allowance.covers(each) for allowance in allowances)]


def unused(found: list[Difference], allowances: list[Allowance]) -> list[str]:
    return [allowance.reason for allowance in allowances if not any(map(allowance.covers, found))]


def _of(thing: str, cloudformation: Inventory, terraform: Inventory) -> Iterator[Difference]:
    if thing not in cloudformation or thing not in terraform:
        told = [MISSING if thing not in inventory else "a thing" for inventory in (cloudformation, terraform)]
        yield Difference(thing, "", *told)
        return
    one, other = dict(_flat(cloudformation[thing])), dict(_flat(terraform[thing]))
    for path in sorted(one.keys() | other.keys()):
        if one.get(path) != other.get(path):
            yield Difference(thing, path, one.get(path), other.get(path))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Thing]]:  # noqa: ANN401 - JSON
    """Every value that holds no others, by the way to it; what is empty is as good as not there."""
    if isinstance(value, dict):
        parts = [(str(name), part) for name, part in value.items()]
    elif isinstance(value, list):
        parts = [(str(number), part) for number, part in enumerate(value)]
    else:
        if value not in (None, ""):
            yield path, value
        return
    for name, part in parts:
        yield from _flat(part, f"{path}.{name}" if path else name)
