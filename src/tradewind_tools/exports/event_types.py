"""The types of events that the services declare."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import tradewind
from tradewind.kernel.events import EventData


def event_types() -> list[type[EventData]]:
    """Every event type in a service's model."""
    for module in pkgutil.iter_modules(tradewind.__path__):
        if module.ispkg and "model" in _modules_of(module.name):
            import_module(f"tradewind.{module.name}.model")
    return [kind for kind in EventData.__subclasses__() if kind.__module__.startswith("tradewind.")]


def _modules_of(service: str) -> set[str]:
    package = import_module(f"tradewind.{service}")
    return {module.name for module in pkgutil.iter_modules(package.__path__)}
