from __future__ import annotations

import ast

import pytest
from tests.source import ROOT

from tradewind_tools.bench.subjects import SUBJECTS, Subject, api_event
from tradewind_tools.blueprint.functions import FUNCTIONS

USER = "01KAJ0CSTMR000000000000001"


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_subject_is_a_function_and_has_its_reference(subject: Subject) -> None:
    assert subject.function in {function.name for function in FUNCTIONS}
    module, _, name = subject.reference.partition(".")
    tree = ast.parse((ROOT / "bench" / "reference" / f"{module}.py").read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_every_request_is_another(subject: Subject) -> None:
    assert subject.request(USER) != subject.request(USER)


def test_claims_are_there_for_who_is_signed_in() -> None:
    assert api_event("GET", "/cart", user_id=USER)["requestContext"]["authorizer"]["userId"] == USER
    assert api_event("GET", "/products/mug")["requestContext"]["authorizer"] == {}
    assert api_event("GET", "/products/mug")["pathParameters"] == {"productId": "mug"}
