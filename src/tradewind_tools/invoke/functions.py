"""The functions of the blueprint by their names, and what Lambda would call of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from tradewind.shop import Shop
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import resolve
from tradewind_tools.blueprint.model import Function
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.invoke.errors import UnknownFunction

EntryPoint: TypeAlias = Callable[[dict[str, Any], object, Shop], Any]


def find_function(name: str) -> Function:
    """The function with this name, or the longer one that it has in the local cloud. Raises UnknownFunction."""
    known = {function.name: function for function in FUNCTIONS}
    found = known.get(name.removeprefix(StageNames(LOCAL).of("")))
    if found is None:
        raise UnknownFunction(name, known)
    return found


def find_entry_point(name: str) -> EntryPoint:
    """What Lambda would call, with the shop as a third argument. Raises UnknownFunction, HandlerMissing."""
    return resolve(find_function(name))
