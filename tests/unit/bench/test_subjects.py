from __future__ import annotations

import ast

import pytest
from tests.source import ROOT

from tradewind_tools.bench.subjects import BENCH_FUNCTIONS, BenchFunction, api_event
from tradewind_tools.blueprint.functions import FUNCTIONS

USER = "01KAJ0CSTMR000000000000001"


@pytest.mark.parametrize("function", BENCH_FUNCTIONS, ids=lambda function: function.label)
def test_subject_is_a_function_and_has_its_reference(function: BenchFunction) -> None:
    assert function.name in {each.name for each in FUNCTIONS}
    module, _, name = function.reference.partition(".")
    tree = ast.parse((ROOT / "bench" / "reference" / f"{module}.py").read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("function", BENCH_FUNCTIONS, ids=lambda function: function.label)
def test_every_request_is_another(function: BenchFunction) -> None:
    assert function.request(USER) != function.request(USER)


def test_claims_are_there_for_who_is_signed_in() -> None:
    assert api_event("GET", "/cart", user_id=USER)["requestContext"]["authorizer"]["userId"] == USER
    assert api_event("GET", "/products/mug")["requestContext"]["authorizer"] == {}
    assert api_event("GET", "/products/mug")["pathParameters"] == {"productId": "mug"}
