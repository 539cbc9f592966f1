"""What all Lambda entry points have in common: they are named and documented as the function that they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from tradewind.shop import connect_in_init

F = TypeVar("F", bound=Callable[..., Any])


class EntryPoint(Generic[F]):
    """A Lambda entry point; `handle` is the function that it was made from.

    `connects_to` are the ports of the shop that are connected while Lambda initialises it.
    """

    def __init__(self, handle: F, *, connects_to: Sequence[str] = ("table",)) -> None:
        connect_in_init(*connects_to)
        self.handle = handle
        self.__doc__ = handle.__doc__
        self.__name__ = handle.__name__
        self.__module__ = handle.__module__
