"""Figures for tests, as a run might give them."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind_tools.bench.first_requests import FirstRequest, Sample
from tradewind_tools.bench.report import Figures
from tradewind_tools.bench.subjects import BenchFunction, api_event
from tradewind_tools.bench.warm_requests import Comparison, Warm
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Function


def compared(*, warm_ms: float = 1.5, mb: float = 18, budget: float | None = 0.4) -> Comparison:
    """Beside a bare function whose later requests take 0.5 ms, and a reference of 3.5 ms."""
    return Comparison(
        BenchFunction("read a product", "product-get", "catalogue.handle", lambda _: api_event("GET", "/"), budget),
        bare=Warm(0.0005, 15e6),
        ours=Warm(warm_ms / 1000, mb * 1e6),
        reference=Warm(0.0035, 60e6),
    )


def function(name: str) -> Function:
    return next(each for each in FUNCTIONS if each.name == name)


def first_request(name: str = "product-get", ours_ms: Sequence[float] = (40, 50, 60)) -> FirstRequest:
    """INIT of so many ms and a request of 1 ms, beside a bare function of 30 ms and a usual one of 300 and 100 ms."""
    rounds = len(ours_ms)
    return FirstRequest(
        function(name),
        ours=[Sample(init / 1000, 0.001) for init in ours_ms],
        bare=[Sample(0.030, 0.0)] * rounds,
        usual=[Sample(0.300, 0.100)] * rounds,
    )


def figures() -> Figures:
    return Figures([first_request()], [compared()], "3.13.0")
