"""What all Lambda entry points have in common: they are named and documented as the function that they run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from tradewind.shop import connect_in_init, prepare_types

F = TypeVar("F", bound=Callable[..., Any])


class EntryPoint(Generic[F]):
    """A Lambda entry point; `handle` is the function that it was made from.

    While Lambda initialises it, the ports of the shop that it `connects_to` are connected, and the messages that it
    `takes` prepared: its own alone, not those of the others in its module.
    """

    def __init__(self, handle: F, *, connects_to: Sequence[str] = ("table",), takes: Sequence[type[Any]] = ()) -> None:
        if _is_this_function(handle):
            connect_in_init(*connects_to)
            prepare_types(*takes)
        self.handle = handle
        self.__doc__ = handle.__doc__
        self.__name__ = handle.__name__
        self.__module__ = handle.__module__


def _is_this_function(handle: Callable[..., Any]) -> bool:
    """Whether Lambda starts this process for it: `_HANDLER` is the entry point that the function's configuration names.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    return os.environ.get("_HANDLER") == f"{handle.__module__}.{handle.__name__}"
