"""Conditions and updates evaluated on an item in memory, as DynamoDB evaluates their expressions."""

from __future__ import annotations

from typing import Any

from tradewind.aws.conditions import Absent, AnyOf, AtLeast, AtMost, Condition, Conditions, Equals, OneOf, Present
from tradewind.aws.table import Check, Delete, Item, Put, Update, Write
from tradewind_tools.memory.attribute_values import copy_as_stored

_MAX_OPERANDS = 100


def all_hold(conditions: Conditions, item: Item | None) -> bool:
    """Whether every condition holds for `item`; an item that does not exist has no attributes."""
    return all(_holds(condition, item or {}) for condition in conditions)


def attributes_of(conditions: Conditions) -> set[str]:
    """The attributes that the conditions look at. Raises ValueError for conditions that DynamoDB cannot parse."""
    return {name for condition in conditions for name in _attributes(condition)}


def apply_write(write: Write, before: Item | None) -> Item | None:
    """The item after `write`. Raises ValueError when an update does not fit the item."""
    match write:
        case Put(item):
            return item
        case Update():
            return _apply_update(write, before or {"PK": write.key.pk, "SK": write.key.sk})
        case Delete():
            return None
        case Check():
            return before


def _holds(condition: Condition, item: Item) -> bool:
    match condition:
        case Absent(attribute):
            return attribute not in item
        case Present(attribute):
            return attribute in item
        case Equals(attribute, value):
            return attribute in item and _equal(item[attribute], value)
        case AtLeast(attribute, bound):
            return _comparable(item.get(attribute), bound) and bool(item[attribute] >= bound)
        case AtMost(attribute, bound):
            return _comparable(item.get(attribute), bound) and bool(item[attribute] <= bound)
        case OneOf(attribute, values):
            return attribute in item and any(_equal(item[attribute], value) for value in values)
        case AnyOf(conditions):
            return any(_holds(each, item) for each in conditions)


def _attributes(condition: Condition) -> set[str]:
    match condition:
        case AnyOf(conditions):
            _refuse_unless(bool(conditions), "an OR needs at least one condition")
            return attributes_of(conditions)
        case OneOf(attribute, values):
            _refuse_unless(0 < len(values) <= _MAX_OPERANDS, f"IN takes 1 to {_MAX_OPERANDS} values")
            return {attribute}
        case _:
            return {condition.attribute}


def _equal(held: Any, value: Any) -> bool:  # noqa: ANN401 - whatever an attribute can hold
    """Python says `True == 1`, DynamoDB does not: a boolean is no number."""
    return isinstance(held, bool) == isinstance(value, bool) and bool(held == value)


def _comparable(held: object, bound: int | str) -> bool:
    if isinstance(bound, str):
        return isinstance(held, str)
    return isinstance(held, int | float) and not isinstance(held, bool)


def _apply_update(update: Update, before: Item) -> Item:
    _refuse_ambiguous(update)
    item = before | copy_as_stored(update.set)
    item |= {name: value for name, value in copy_as_stored(update.set_once).items() if name not in before}
    item |= {name: _add(before.get(name, 0), by) for name, by in update.add.items()}
    return {name: value for name, value in item.items() if name not in update.remove}


def _refuse_ambiguous(update: Update) -> None:
    changed = [*update.set, *update.add, *update.set_once, *update.remove]
    _refuse_unless(bool(changed), "an update changes at least one attribute")
    _refuse_unless(len(changed) == len(set(changed)), "an update changes an attribute once")
    _refuse_unless(not {"PK", "SK"} & set(changed), "an update cannot change the key")


def _add(held: Any, by: int) -> int | float:  # noqa: ANN401 - whatever an attribute can hold
    _refuse_unless(_comparable(held, by), f"cannot add to {held!r}")
    counted: int | float = held + by
    return counted


def _refuse_unless(sound: bool, reason: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not sound:
        raise ValueError(reason)
