"""Where moto's DynamoDB answers otherwise than the contract of the table asks, and which page of AWS says who is right.

docs/local-cloud.md shows the same table.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

DOCS: Final = "https://docs.aws.amazon.com/amazondynamodb/latest"
CONSTRAINTS: Final = f"{DOCS}/developerguide/Constraints.html"
EXPRESSIONS: Final = f"{DOCS}/developerguide/Expressions.OperatorsAndFunctions.html"
TYPES: Final = f"{DOCS}/developerguide/HowItWorks.NamingRulesDataTypes.html"
COMPARISONS: Final = f"{DOCS}/APIReference/API_Condition.html"
QUERY: Final = f"{DOCS}/APIReference/API_Query.html"
INDEX_KEYS: Final = f"{DOCS}/developerguide/GSI.html"


class Difference(NamedTuple):
    """What AWS does, what moto does instead, the page that says the former, and the tests that moto fails by it."""

    on_aws: str
    in_moto: str
    page: str
    tests: tuple[str, ...]


def _cases(test: str, *parameters: str) -> tuple[str, ...]:
    """The test's names for moto: one for each of its parameters, as pytest shows them, or one."""
    return tuple(f"{test}[moto-{parameter}]" for parameter in parameters) or (f"{test}[moto]",)


_ON_AN_ITEM: Final = "test_condition_on_an_item"
_NO_SENSE: Final = "test_query_that_makes_no_sense_is_refused"

MOTO: Final = (
    Difference(
        "A number has no trailing zeros: 2.0 comes back as 2.",
        "It comes back as it was written.",
        TYPES,
        _cases("test_there_is_one_type_of_number", "2.0-2"),
    ),
    Difference(
        "A KB has 1,024 bytes, so an item may have 409,600.",
        "An item of that size is refused.",
        CONSTRAINTS,
        _cases("test_item_has_at_most_400_kb"),
    ),
    Difference(
        "A page of a query holds up to 1,048,576 bytes.",
        "It ends earlier.",
        CONSTRAINTS,
        _cases("test_page_has_at_most_1_mb"),
    ),
    Difference(
        "A transaction holds 4 MB at most.",
        "A larger one is carried out.",
        CONSTRAINTS,
        _cases("test_at_most_4_mb"),
    ),
    Difference(
        "Values of two types are never equal: true is not 1.",
        "True equals 1.",
        COMPARISONS,
        _cases(_ON_AN_ITEM, "Equals(attribute='yes', value=1)-False", "OneOf(attribute='yes', values=(1,))-False"),
    ),
    Difference(
        "A comparison of two types does not hold.",
        "It is answered with a fault of the server, or holds.",
        COMPARISONS,
        _cases(
            _ON_AN_ITEM,
            "AtLeast(attribute='status', value=0)-False",
            "AtLeast(attribute='yes', value=0)-False",
            "AtMost(attribute='available', value='9')-False",
        ),
    ),
    Difference(
        "`IN` and a pair of brackets hold one operand at least.",
        "Without any, it is answered with a fault of the server.",
        EXPRESSIONS,
        _cases("test_empty_choice_is_refused", "OneOf(attribute='status', values=())", "AnyOf(conditions=())"),
    ),
    Difference(
        "A query that stops at its limit says where the next page begins, even when nothing follows.",
        "It says so only when something follows.",
        QUERY,
        (
            *_cases("test_page_cut_by_its_limit_does_not_know_that_it_is_the_last"),
            *_cases("test_next_page_begins_at_both_keys"),
        ),
    ),
    Difference("A limit is 1 at least.", "0 is accepted.", QUERY, _cases(_NO_SENSE, "no limit")),
    Difference(
        "A page begins where one of the same query ended.",
        "Any key is accepted.",
        QUERY,
        _cases(_NO_SENSE, "other start", "start elsewhere"),
    ),
    Difference(
        "The lower bound of `BETWEEN` is not above the upper one.",
        "Bounds turned round find nothing.",
        "",
        _cases(_NO_SENSE, "bounds turned round"),
    ),
    Difference(
        "A key of an index has the type of its definition, and is not empty.",
        "An update may write any value.",
        INDEX_KEYS,
        _cases("test_index_key_is_a_text_that_is_not_empty", "", "1", "None"),
    ),
)


def reasons(differences: Iterable[Difference]) -> dict[str, str]:
    """What moto does, by the name of each test that it fails."""
    return {test: difference.in_moto for difference in differences for test in difference.tests}


def table_of(differences: Iterable[Difference]) -> str:
    """The table of the page."""
    lines = ["| on AWS | in moto | AWS's own page |", "|---|---|---|"]
    lines += [f"| {each.on_aws} | {each.in_moto} | {_link(each.page)} |" for each in differences]
    return "\n".join(lines)


def _link(page: str) -> str:
    return f"[{page.rpartition('/')[2].removesuffix('.html')}]({page})" if page else "none says so"
