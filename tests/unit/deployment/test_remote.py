from __future__ import annotations

from typing import Any

from tradewind_tools.deployment.remote import changed_outside, is_committed, published


def drift(address: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    return {"address": address, "change": {"before": before, "after": after}}


def test_what_others_changed_is_named_with_what_of_it() -> None:
    changed = drift(
        "aws_lambda_function.this", {"memory_size": 256, "timeout": 10}, {"memory_size": 512, "timeout": 10}
    )
    gone = drift("aws_sqs_queue.this", {"name": "q"}, None)
    assert changed_outside({"resource_drift": [changed, gone]}) == [
        "aws_lambda_function.this (memory_size)",
        "aws_sqs_queue.this (gone)",
    ]


def test_what_is_told_as_empty_was_not_changed() -> None:
    told = drift("aws_lambda_function.this", {"tags": None, "layers": []}, {"tags": {}, "layers": None})
    assert changed_outside({"resource_drift": [told]}) == []


def test_where_a_release_let_an_alias_point_is_no_secret_of_somebody_elses() -> None:
    moved = drift("aws_lambda_alias.live", {"function_version": "1"}, {"function_version": "2"})
    assert changed_outside({"resource_drift": [moved]}) == []


def test_a_plan_without_drift_says_nothing_of_it() -> None:
    assert changed_outside({"resource_changes": []}) == []


def test_functions_are_known_by_their_names_at_aws() -> None:
    outputs = {"functions": {"cart-get": {"name": "tradewind-dev-cart-get", "version": "7"}}}
    assert published(outputs) == {"tradewind-dev-cart-get": "7"}


def test_a_package_of_changes_that_nobody_committed_says_so() -> None:
    assert is_committed("c0ffee")
    assert not is_committed("c0ffee+")
