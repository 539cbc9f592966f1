from __future__ import annotations

import ast
from math import sqrt

import pytest
from tests.source import ROOT
from tests.unit.bench.measured import first_request, function

from tradewind_tools.bench.first_requests import (
    CHANGES,
    CONSUMERS,
    READS,
    UNLIMITED,
    WHOLE_CPU_MB,
    Limits,
    Sample,
    limits_of,
    reference_of,
)
from tradewind_tools.blueprint.functions import FUNCTIONS


@pytest.mark.parametrize(
    ("memory_mb", "seconds"),
    [(WHOLE_CPU_MB, 0.12), (2 * WHOLE_CPU_MB, 0.12), (WHOLE_CPU_MB // 2, 0.1 + 0.04), (256, 0.1 + 0.02 * 1_769 / 256)],
)
def test_request_takes_longer_with_a_share_of_a_cpu_and_init_does_not(memory_mb: int, seconds: float) -> None:
    assert Sample(0.1, 0.02).wait_seconds(memory_mb) == pytest.approx(seconds, rel=0.001)


def test_ratios_are_of_the_means() -> None:
    each = first_request(ours_ms=(40, 50, 75))
    waited = 55 + 1 * 1_769 / 256
    assert each.wait_seconds == pytest.approx(waited / 1000)
    assert each.to_bare == pytest.approx(waited / 30)
    assert each.to_usual == pytest.approx(waited / (300 + 100 * 1_769 / 256))
    assert each.waits_seconds == pytest.approx((0.03, waited / 1000, (300 + 100 * 1_769 / 256) / 1000))


def test_uncertainty_is_the_standard_error_of_the_ratio() -> None:
    """Beside what always takes the same, it is that of the mean: 10 / √3 of 50 and the request."""
    each = first_request(ours_ms=(40, 50, 60))
    assert each.uncertainty == pytest.approx(10 / sqrt(3) / (50 + 1 * 1_769 / 256))


def test_what_slows_both_alike_leaves_the_ratio_certain() -> None:
    each = first_request()
    each.ours, each.bare, each.usual = ([Sample(size * slow, 0.0) for slow in (1, 2, 3)] for size in (0.06, 0.03, 0.3))
    assert (each.to_bare, each.to_usual) == pytest.approx((2, 0.2))
    assert each.uncertainty == pytest.approx(0)


@pytest.mark.parametrize(
    ("ours_ms", "is_certain"),
    [((50, 51, 50), False), ((50, 51) * 3, True), ((30, 70) * 3, False), ((45, 55) * 8, True)],
)
def test_function_is_measured_until_its_ratios_are_certain(ours_ms: tuple[float, ...], *, is_certain: bool) -> None:
    assert first_request(ours_ms=ours_ms).is_certain is is_certain


def test_each_limit_that_is_not_kept_is_named() -> None:
    assert list(first_request(ours_ms=(40,)).list_exceeded()) == []
    assert list(first_request(ours_ms=(293.09,)).list_exceeded()) == [
        "product-get, to a bare function's: 10.00 of 2.0",
        "product-get, to the usual function's: 0.30 of 0.2",
    ]


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("product-list", READS),
        ("auth-authorizer", CHANGES),
        ("order-create", CHANGES),
        ("stream-processor", CONSUMERS),
        ("email-sender", CONSUMERS),
        ("checkout-process-payment", CONSUMERS),
        ("inventory-audit", UNLIMITED),
        ("auth-login", UNLIMITED),
    ],
)
def test_limits_are_by_who_waits(name: str, limits: Limits) -> None:
    assert limits_of(function(name)) == limits


def test_every_function_has_a_reference_that_there_is() -> None:
    for each in FUNCTIONS:
        module, _, name = reference_of(each).partition(".")
        tree = ast.parse((ROOT / "bench" / "reference" / f"{module}.py").read_text())
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
