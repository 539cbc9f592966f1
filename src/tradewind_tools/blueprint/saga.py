"""The checkout saga as a state machine: each step, the states that its outcomes lead to, and its compensation.

Every outcome that a step does not name leads to `CancelOrder`: the order's own transition decides, and stock and money
are given back only after it. What follows an order's decision follows its event, not the run (docs/decisions). A run is
resumed by starting it again with its event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_LAMBDA = "arn:aws:states:::lambda:invoke"
_RETRY = [
    {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 1,
        "BackoffRate": 2,
        "MaxAttempts": 4,
        "MaxDelaySeconds": 30,
        "JitterStrategy": "FULL",
    }
]


@dataclass(frozen=True)
class SagaStep:
    """One step: its function, the state that each of its outcomes leads to, and the one for all others.

    `compensation` names the step that gives back what this one took. One that `catches_errors` leads to a technical
    failure when it fails for good. `extra_input` goes to the function beside the order.
    """

    name: str
    function: str
    outcomes: Mapping[str, str]
    default: str = "CancelOrder"
    catches_errors: bool = True
    compensation: str | None = None
    timeout_seconds: int = 30
    extra_input: Mapping[str, str] = field(default_factory=dict)


STEPS = (
    SagaStep("ValidateOrder", "checkout-validate-order", {"Valid": "CheckInventory", "Confirmed": "OrderDone"}),
    SagaStep("CheckInventory", "checkout-check-inventory", {"Reserved": "ProcessPayment"}, compensation="ReleaseStock"),
    SagaStep(
        "ProcessPayment",
        "checkout-process-payment",
        {"Paid": "UpdateInventory", "AwaitingPayment": "AwaitingPayment"},
        compensation="RefundPayment",
        timeout_seconds=60,
    ),
    SagaStep(
        "UpdateInventory", "checkout-update-inventory", {"Committed": "ConfirmOrder"}, compensation="ReleaseStock"
    ),
    SagaStep("ConfirmOrder", "checkout-confirm-order", {"Confirmed": "OrderDone"}),
    SagaStep(
        "CancelOrder",
        "checkout-cancel-order",
        {"Cancelled": "ReleaseStock"},
        default="OrderDone",
        catches_errors=False,
        extra_input={"reason.$": "$.step.outcome"},
    ),
    SagaStep("ReleaseStock", "checkout-release-stock", {}, default="RefundPayment", catches_errors=False),
    SagaStep("RefundPayment", "checkout-refund-payment", {}, default="OrderCancelled", catches_errors=False),
)


def definition(functions: Mapping[str, str]) -> dict[str, Any]:
    """The state machine in Amazon States Language.

    `functions` maps each step's function name to its ARN. The input is OrderPlaced as EventBridge delivers it.
    """
    states: dict[str, Any] = {"TakeOrder": _take_order()}
    for step in STEPS:
        states[step.name] = _task(step, functions[step.function])
        states |= {_choice_name(step): _choice(step)} if step.outcomes else {}
    return {
        "Comment": "From a placed order to a confirmed or a cancelled one; every step may run twice.",
        "StartAt": "TakeOrder",
        "States": states | _TECHNICAL_FAILURE | _ENDS,
    }


def _take_order() -> dict[str, Any]:
    return {
        "Type": "Pass",
        "Parameters": {
            "orderId.$": "$.detail.data.orderId",
            "customerId.$": "$.detail.data.customerId",
            "correlationId.$": "$.detail.correlationId",
        },
        "Next": STEPS[0].name,
    }


def _task(step: SagaStep, function: str) -> dict[str, Any]:
    payload = {
        "orderId.$": "$.orderId",
        "customerId.$": "$.customerId",
        "correlationId.$": "$.correlationId",
        **step.extra_input,
    }
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.fault", "Next": "TechnicalFailure"}]
    return {
        "Type": "Task",
        "Resource": _LAMBDA,
        "Parameters": {"FunctionName": function, "Payload": payload},
        "ResultSelector": {"outcome.$": "$.Payload.outcome"},
        "ResultPath": "$.step",
        "TimeoutSeconds": step.timeout_seconds,
        "Retry": _RETRY,
        **({"Catch": catch} if step.catches_errors else {}),
        "Next": _choice_name(step) if step.outcomes else step.default,
    }


def _choice_name(step: SagaStep) -> str:
    return f"{step.name}Outcome"


def _choice(step: SagaStep) -> dict[str, Any]:
    choices = [
        {"Variable": "$.step.outcome", "StringEquals": outcome, "Next": target}
        for outcome, target in step.outcomes.items()
    ]
    return {"Type": "Choice", "Choices": choices, "Default": step.default}


_TECHNICAL_FAILURE: dict[str, Any] = {
    "TechnicalFailure": {
        "Type": "Pass",
        "Result": {"outcome": "TechnicalFailure"},
        "ResultPath": "$.step",
        "Next": "CancelOrder",
    }
}

_ENDS: dict[str, Any] = {
    "AwaitingPayment": {"Type": "Succeed"},
    "OrderCancelled": {"Type": "Succeed"},
    "OrderDone": {"Type": "Succeed"},
}
