from __future__ import annotations

import pytest

from tradewind_tools.bench.scale import report
from tradewind_tools.bench.scale.contents import Size
from tradewind_tools.bench.scale.counting import Cost
from tradewind_tools.bench.scale.growth import PRODUCTS, SUBJECTS, Growth, Subject, measure

SMALL = Size(products=700, orders=200, sessions=300, accounts=200)
LARGE = Size(products=2_800, orders=800, sessions=3_000, accounts=800)


@pytest.fixture(scope="module")
def growths() -> dict[str, Growth]:
    return {each.subject.name: each for each in measure(SMALL, LARGE)}


@pytest.mark.parametrize("name", [each.name for each in SUBJECTS if not each.is_job])
def test_request_does_not_grow_with_the_shop(growths: dict[str, Growth], name: str) -> None:
    growth = growths[name]
    assert growth.large.round_trips == growth.small.round_trips
    is_ranking = name.startswith("top products")
    assert growth.exponent <= (0.8 if is_ranking else 0.02), "a ranking grows until it has a thousand products"


@pytest.mark.parametrize("name", [each.name for each in SUBJECTS if each.is_job])
def test_job_grows_at_most_as_the_shop_does(growths: dict[str, Growth], name: str) -> None:
    assert growths[name].exponent <= 1


def test_exponent_is_the_power_of_the_size() -> None:
    subject = Subject("squared", PRODUCTS, lambda _: None)
    assert Growth(subject, (10, 100), Cost(5, 1), Cost(5, 100)).exponent == pytest.approx(2)


def test_other_sizes_are_reckoned_from_both() -> None:
    subject = Subject("a job", PRODUCTS, lambda _: None, is_job=True)
    assert Growth(subject, (100, 1_100), Cost(12, 10), Cost(112, 110)).at(10_100) == Cost(1_012, 1_010)


def test_page_gets_the_table(growths: dict[str, Growth]) -> None:
    page = report.update_page("a\n<!-- generated: scale -->\n<!-- end -->\nb", [growths[SUBJECTS[0].name]])
    assert page.splitlines()[0] == "a"
    assert page.splitlines()[4].startswith("| products, newest first | 700 and 2,800 products | 1 and 1 |")
    assert page.splitlines()[-1] == "b"
