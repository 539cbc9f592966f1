"""Figures for tests, as a run might give them."""

from __future__ import annotations

from tradewind_tools.bench.starting import Comparison, Requests, Start
from tradewind_tools.bench.subjects import BenchFunction, Budget, api_event


def compared(*, ours_ms: float = 40, warm_ms: float = 1.5, mb: float = 18, budget: Budget | None = None) -> Comparison:
    """Beside a bare function of 30 ms and a reference of 300 ms; later requests of those take 0.5 and 3.5 ms."""
    return Comparison(
        BenchFunction(
            "read a product", "product-get", "catalogue.handle", lambda _: api_event("GET", "/"), budget or Budget()
        ),
        bare=Start(0.030, 0.030, 15e6),
        ours=Start(ours_ms / 1000, 0.040, mb * 1e6),
        reference=Start(0.300, 0.300, 60e6),
        bare_requests=Requests(0.001, 0.0005),
        our_requests=Requests(0.010, warm_ms / 1000),
        reference_requests=Requests(0.100, 0.0035),
    )
