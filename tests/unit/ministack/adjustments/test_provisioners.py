from __future__ import annotations

from typing import Any

import pytest

from tradewind_tools.ministack.adjustments.provisioners import after_provisioning

Made = tuple[str, dict[str, Any]]


def create(logical_id: str, _properties: dict[str, Any], stack: str) -> Made:
    return f"{stack}-{logical_id}", {}


def update(physical_id: str, _old: object, _new: dict[str, Any], *_names: str) -> Made:
    return physical_id, {}


@pytest.fixture
def kept() -> list[Made]:
    return []


@pytest.fixture
def handler(kept: list[Made]) -> dict[str, Any]:
    made: dict[str, Any] = {"create": create, "update": update}
    after_provisioning(made, lambda physical_id, properties: kept.append((physical_id, properties)))
    return made


def test_properties_of_a_created_resource_are_kept_by_its_physical_id(
    handler: dict[str, Any], kept: list[Made]
) -> None:
    assert handler["create"]("Table", {"a": 1}, "shop") == ("shop-Table", {})
    assert kept == [("shop-Table", {"a": 1})]


@pytest.mark.parametrize("names", [["shop"], ["shop", "Table"]], ids=["stack", "stack and logical id"])
def test_properties_of_an_updated_resource_are_kept_whatever_names_its_provisioner_is_given(
    handler: dict[str, Any], kept: list[Made], names: list[str]
) -> None:
    assert handler["update"]("shop-Table", {"a": 1}, {"a": 2}, *names) == ("shop-Table", {})
    assert kept == [("shop-Table", {"a": 2})]
