from __future__ import annotations

from random import Random

import pytest

from tradewind_tools.packaging import budgets
from tradewind_tools.packaging.archive import make_zip
from tradewind_tools.packaging.errors import PackageTooLarge

SMALL = make_zip({"a.py": b"A = 1"})


def noise(count: int) -> bytes:
    """Bytes that do not compress, the same each time."""
    return Random(count).randbytes(count)  # noqa: S311 - the same each time


def test_small_packages_keep_every_budget() -> None:
    measured = budgets.measure_all({"arm64": SMALL, "x86_64": SMALL}, {"sell": SMALL}, SMALL)
    budgets.enforce(measured)
    assert [measure.size for measure in measured] == [2 * len(SMALL), 2 * len(SMALL), len(SMALL), 0, len(SMALL)]


def test_function_over_its_budget_is_named_with_its_largest_files() -> None:
    large = make_zip({"a.py": b"A = 1", "blob.bin": noise(budgets.OWN_BYTES)})
    with pytest.raises(PackageTooLarge, match=r"largest function, paint: .* largest: blob\.bin \(3\d\d,\d+\), a\.py"):
        budgets.enforce(budgets.measure_all({}, {"sell": SMALL, "paint": large}, SMALL))


def test_templates_of_mails_count_apart_from_the_code() -> None:
    mails = make_zip({"a.py": b"A = 1", f"{budgets.TEMPLATES}compiled.zip": noise(budgets.TEMPLATES_BYTES + 1)})
    over = [each for each in budgets.measure_all({}, {"sell": SMALL, "write": mails}, SMALL) if each.is_over]
    assert [each.name for each in over] == ["templates of mails"]


def test_layer_counts_together_with_the_function() -> None:
    layer, function = make_zip({"core.so": noise(9_900_000)}), make_zip({"blob.bin": noise(200_000)})
    assert [each.name for each in budgets.measure_all({"arm64": layer}, {"sell": function}, SMALL) if each.is_over] == [
        "layer arm64 and the largest function"
    ]
