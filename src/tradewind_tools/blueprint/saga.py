"""The checkout saga as a state machine: each step, where its outcomes lead, and what undoes it.

Every outcome that a step does not name leads to `CancelOrder`: the order's own transition is the decision, and what
was taken is given back only after it was won. What follows an order's decision follows its event, not the run
(docs/decisions). To resume a run is to start it again with its event.
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

    `undone_by` names the compensation that gives back what the step took.
    """

    name: str
    function: str
    leads_to: Mapping[str, str]
    otherwise: str = "CancelOrder"
    gives_up: bool = True
    undone_by: str | None = None
    timeout_seconds: int = 30
    tells: Mapping[str, str] = field(default_factory=dict)


STEPS = (
    SagaStep("ValidateOrder", "checkout-validate-order", {"Valid": "CheckInventory", "Confirmed": "OrderDone"}),
    SagaStep("CheckInventory", "checkout-check-inventory", {"Reserved": "ProcessPayment"}, undone_by="ReleaseStock"),
    SagaStep(
        "ProcessPayment",
        "checkout-process-payment",
        {"Paid": "UpdateInventory", "AwaitingPayment": "AwaitingPayment"},
        undone_by="RefundPayment",
        timeout_seconds=60,
    ),
    SagaStep("UpdateInventory", "checkout-update-inventory", {"Committed": "ConfirmOrder"}, undone_by="ReleaseStock"),
    SagaStep("ConfirmOrder", "checkout-confirm-order", {"Confirmed": "OrderDone"}),
    SagaStep(
        "CancelOrder",
        "checkout-cancel-order",
        {"Cancelled": "ReleaseStock"},
        otherwise="OrderDone",
        gives_up=False,
        tells={"reason.$": "$.step.outcome"},
    ),
    SagaStep("ReleaseStock", "checkout-release-stock", {}, otherwise="RefundPayment", gives_up=False),
    SagaStep("RefundPayment", "checkout-refund-payment", {}, otherwise="OrderCancelled", gives_up=False),
)


def definition(functions: Mapping[str, str]) -> dict[str, Any]:
    """The state machine in Amazon States Language.

    `functions` maps each step's function name to its ARN. The input is OrderPlaced as EventBridge delivers it.
    """
    states: dict[str, Any] = {"TakeOrder": _take_order()}
    for step in STEPS:
        states[step.name] = _task(step, functions[step.function])
        states |= {_choice_name(step): _choice(step)} if step.leads_to else {}
    return {
        "Comment": "From a placed order to a confirmed or a cancelled one; every step may run twice.",
        "StartAt": "TakeOrder",
        "States": states | _GIVING_UP | _ENDS,
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
        **step.tells,
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
        **({"Catch": catch} if step.gives_up else {}),
        "Next": _choice_name(step) if step.leads_to else step.otherwise,
    }


def _choice_name(step: SagaStep) -> str:
    return f"{step.name}Outcome"


def _choice(step: SagaStep) -> dict[str, Any]:
    choices = [
        {"Variable": "$.step.outcome", "StringEquals": outcome, "Next": target}
        for outcome, target in step.leads_to.items()
    ]
    return {"Type": "Choice", "Choices": choices, "Default": step.otherwise}


_GIVING_UP: dict[str, Any] = {
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
