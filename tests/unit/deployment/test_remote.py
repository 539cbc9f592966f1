from __future__ import annotations

from typing import Any

from tradewind_tools.deployment.remote import find_drift, is_committed, latest_versions


def drift(address: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    return {"address": address, "change": {"before": before, "after": after}}


def test_drift_names_the_resource_and_its_attributes() -> None:
    changed = drift(
        "aws_lambda_function.this", {"memory_size": 256, "timeout": 10}, {"memory_size": 512, "timeout": 10}
    )
    gone = drift("aws_sqs_queue.this", {"name": "q"}, None)
    assert find_drift({"resource_drift": [changed, gone]}) == [
        "aws_lambda_function.this (memory_size)",
        "aws_sqs_queue.this (gone)",
    ]


def test_attribute_that_is_empty_at_aws_is_no_drift() -> None:
    change = drift("aws_lambda_function.this", {"tags": None, "layers": []}, {"tags": {}, "layers": None})
    assert find_drift({"resource_drift": [change]}) == []


def test_attribute_that_terraform_did_not_know_is_no_drift() -> None:
    """A role's policy is a resource of its own, made after the role: the next plan finds it there."""
    learnt = drift("aws_iam_role.this", {"name": "r", "inline_policy": []}, {"name": "r", "inline_policy": ["p"]})
    assert find_drift({"resource_drift": [learnt], "resource_changes": []}) == []


def test_added_attribute_is_drift_if_an_apply_would_remove_it() -> None:
    added = drift("aws_lambda_function.this", {"layers": []}, {"layers": ["theirs"]})
    undone = drift("aws_lambda_function.this", {"layers": ["theirs"]}, {"layers": []})
    undone["change"]["actions"] = ["update"]
    assert find_drift({"resource_drift": [added], "resource_changes": [undone]}) == [
        "aws_lambda_function.this (layers)"
    ]


def test_changes_by_releases_and_rotations_are_no_drift() -> None:
    moved = drift("aws_lambda_alias.live", {"function_version": "1"}, {"function_version": "2"})
    rotated = drift("aws_secretsmanager_secret_version.this", {"version_stages": ["a"]}, {"version_stages": ["b"]})
    assert find_drift({"resource_drift": [moved, rotated]}) == []


def test_plan_without_drift_has_none() -> None:
    assert find_drift({"resource_changes": []}) == []


def test_latest_versions_are_by_the_names_at_aws() -> None:
    outputs = {"functions": {"cart-get": {"name": "tradewind-dev-cart-get", "version": "7"}}}
    assert latest_versions(outputs) == {"tradewind-dev-cart-get": "7"}


def test_package_of_uncommitted_changes_is_marked() -> None:
    assert is_committed("c0ffee")
    assert not is_committed("c0ffee+")
