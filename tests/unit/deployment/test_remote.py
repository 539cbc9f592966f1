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


def test_what_is_learnt_of_ones_own_was_not_changed() -> None:
    """A role's policy is a resource of its own, made after the role: the next plan finds it there."""
    learnt = drift("aws_iam_role.this", {"name": "r", "inline_policy": []}, {"name": "r", "inline_policy": ["p"]})
    assert changed_outside({"resource_drift": [learnt], "resource_changes": []}) == []


def test_what_was_added_is_named_when_it_would_be_taken_away() -> None:
    added = drift("aws_lambda_function.this", {"layers": []}, {"layers": ["theirs"]})
    undone = drift("aws_lambda_function.this", {"layers": ["theirs"]}, {"layers": []})
    undone["change"]["actions"] = ["update"]
    assert changed_outside({"resource_drift": [added], "resource_changes": [undone]}) == [
        "aws_lambda_function.this (layers)"
    ]


def test_what_releases_and_rotations_move_is_nobody_elses_doing() -> None:
    moved = drift("aws_lambda_alias.live", {"function_version": "1"}, {"function_version": "2"})
    rotated = drift("aws_secretsmanager_secret_version.this", {"version_stages": ["a"]}, {"version_stages": ["b"]})
    assert changed_outside({"resource_drift": [moved, rotated]}) == []


def test_a_plan_without_drift_says_nothing_of_it() -> None:
    assert changed_outside({"resource_changes": []}) == []


def test_functions_are_known_by_their_names_at_aws() -> None:
    outputs = {"functions": {"cart-get": {"name": "tradewind-dev-cart-get", "version": "7"}}}
    assert published(outputs) == {"tradewind-dev-cart-get": "7"}


def test_a_package_of_changes_that_nobody_committed_says_so() -> None:
    assert is_committed("c0ffee")
    assert not is_committed("c0ffee+")
