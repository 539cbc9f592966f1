from __future__ import annotations

import re

import pytest

from tradewind.aws.table import ItemKind
from tradewind.privacy.kinds import (
    KINDS,
    UnknownKind,
    find_kind,
    list_exported_partitions,
    list_small_partitions,
    privacy_of,
)
from tradewind_tools.blueprint.table import ITEMS

OF_A_PERSON = re.compile("USER#|EMAIL#|ORDER#|<the aggregate|.*<userId>")


def test_every_kind_of_a_persons_partitions_is_known() -> None:
    """A service whose items stand there is added to `kinds.py`."""
    assert {kind.name for kind in ITEMS if OF_A_PERSON.match(kind.partition)} == {kind.name for kind in KINDS}


@pytest.mark.parametrize(
    ("pk", "sk", "name"),
    [
        ("USER#1", "PROFILE", "User"),
        ("USER#1", "ORDER#2", "Order"),
        ("ORDER#2", "LINES#00", "Order lines"),
        ("EMAIL#a@example.com", "ATTEMPTS", "Sign-in attempts"),
        ("EMAIL#a@example.com", "ATTEMPTS#3", "Sign-in attempts of a device"),
        ("USER#1", "ATTEMPTS", "Password attempts"),
        ("ORDER#2", "EVENT#4", "Domain event"),
        ("FACTOR#1", "ACTIVE", "Second factor"),
    ],
)
def test_kind_is_found_by_the_key(pk: str, sk: str, name: str) -> None:
    assert find_kind({"PK": pk, "SK": sk}).name == name


def test_partitions_of_an_account_beside_its_main_one_are_known() -> None:
    assert list_small_partitions("1") == ["FACTOR#1", "AUDITED#USER#1"]
    assert list_exported_partitions("1") == ["AUDITED#USER#1"]


@pytest.mark.parametrize("sk", ["SURPRISE", "PROFILES"])
def test_kind_that_nobody_declared_is_unknown(sk: str) -> None:
    with pytest.raises(UnknownKind):
        find_kind({"PK": "USER#1", "SK": sk})


def test_kind_that_says_nothing_of_personal_data_is_unknown() -> None:
    with pytest.raises(UnknownKind):
        privacy_of(ItemKind("Surprise", "USER#<userId>", "SURPRISE"))
