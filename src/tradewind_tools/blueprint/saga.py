"""The checkout saga as a state machine: each step, the states that its outcomes lead to, and its compensation.

A business outcome decides, a technical failure never does. What a step refuses leads to `CancelOrder`: the order's own
transition decides, and stock and money are given back only after it. A step that fails for good fails the run with its
own error, and the order stays what it was, for the next run. What follows an order's decision follows its event, not
the run. A run is resumed by starting it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tradewind.aws.secrets import SecretUnavailable
from tradewind.aws.table import TableBusy
from tradewind.payments.errors import ProviderTimeout

_LAMBDA = "arn:aws:states:::lambda:invoke"

TRANSIENT_ERRORS: Final = (
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",  # the function ran out of time or memory; newer runtimes say which:
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "States.Timeout",
    *(error.__name__ for error in (TableBusy, ProviderTimeout, SecretUnavailable)),
)
"""What passes by itself: throttling, and services that do not answer.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
"""

_BACKOFF = {"IntervalSeconds": 1, "BackoffRate": 2, "MaxDelaySeconds": 30, "JitterStrategy": "FULL"}
_RETRY = [
    {"ErrorEquals": list(TRANSIENT_ERRORS), "MaxAttempts": 11, **_BACKOFF},
    {"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, **_BACKOFF},
]
"""The pauses of one step add up to three and a half minutes at most; a run may last five."""


@dataclass(frozen=True)
class SagaStep:
    """One step: its function, and the state that each of its outcomes leads to; `refusals` lead to `CancelOrder`.

    One without outcomes has one way on, `following`. `compensation` names the step that gives back what this one took.
    `extra_input` goes to the function beside the order.
    """

    name: str
    function: str
    outcomes: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[str, ...] = ()
    following: str = ""
    compensation: str | None = None
    timeout_seconds: int = 30
    extra_input: Mapping[str, str] = field(default_factory=dict)

    @property
    def targets(self) -> dict[str, str]:
        """The state that each outcome leads to."""
        return {**self.outcomes, **dict.fromkeys(self.refusals, "CancelOrder")}


STEPS = (
    SagaStep(
        "ValidateOrder",
        "checkout-validate-order",
        {"Valid": "CheckInventory", "Confirmed": "OrderDone"},
        refusals=("InvalidOrder", "CustomerInactive", "Cancelled"),
    ),
    SagaStep(
        "CheckInventory",
        "checkout-check-inventory",
        {"Reserved": "ProcessPayment"},
        refusals=("OutOfStock", "Decided"),
        compensation="ReleaseStock",
    ),
    SagaStep(
        "ProcessPayment",
        "checkout-process-payment",
        {"Paid": "UpdateInventory", "AwaitingPayment": "AwaitingPayment"},
        refusals=(
            "CardDeclined",
            "InsufficientFunds",
            "UnknownPaymentMethod",
            "PaymentTimeout",
            "Cancelled",
            "ShopRequest",
        ),
        compensation="RefundPayment",
        timeout_seconds=60,
    ),
    SagaStep(
        "UpdateInventory",
        "checkout-update-inventory",
        {"Committed": "ConfirmOrder"},
        refusals=("OutOfStock", "Decided"),
        compensation="ReleaseStock",
    ),
    SagaStep("ConfirmOrder", "checkout-confirm-order", {"Confirmed": "OrderDone"}, refusals=("Cancelled",)),
    SagaStep(
        "CancelOrder",
        "checkout-cancel-order",
        {"Cancelled": "ReleaseStock", "Confirmed": "OrderDone"},
        extra_input={"reason.$": "$.step.outcome"},
    ),
    SagaStep("ReleaseStock", "checkout-release-stock", following="RefundPayment"),
    SagaStep("RefundPayment", "checkout-refund-payment", following="OrderCancelled"),
)


def definition(functions: Mapping[str, str]) -> dict[str, Any]:
    """The state machine in Amazon States Language.

    `functions` maps each step's function name to its ARN. The input is that of `tradewind.checkout.model.RunInput`.
    """
    states: dict[str, Any] = {}
    for step in STEPS:
        states[step.name] = _task(step, functions[step.function])
        states |= {_choice_name(step): _choice(step)} if step.targets else {}
    return {
        "Comment": "From a placed order to a confirmed or a cancelled one; every step may run twice.",
        "StartAt": STEPS[0].name,
        "States": states | _ENDS,
    }


def definition_by_name() -> dict[str, Any]:
    """The same with each function's name for its ARN."""
    return definition({step.function: step.function for step in STEPS})


def _task(step: SagaStep, function: str) -> dict[str, Any]:
    payload = {
        "orderId.$": "$.orderId",
        "customerId.$": "$.customerId",
        "correlationId.$": "$.correlationId",
        **step.extra_input,
    }
    return {
        "Type": "Task",
        "Resource": _LAMBDA,
        "Parameters": {"FunctionName": function, "Payload": payload},
        "ResultSelector": {"outcome.$": "$.Payload.outcome"},
        "ResultPath": "$.step",
        "TimeoutSeconds": step.timeout_seconds,
        "Retry": _RETRY,
        "Next": _choice_name(step) if step.targets else step.following,
    }


def _choice_name(step: SagaStep) -> str:
    return f"{step.name}Outcome"


def _choice(step: SagaStep) -> dict[str, Any]:
    choices = [
        {"Variable": "$.step.outcome", "StringEquals": outcome, "Next": target}
        for outcome, target in step.targets.items()
    ]
    return {"Type": "Choice", "Choices": choices, "Default": "UnexpectedOutcome"}


_ENDS: dict[str, Any] = {
    "AwaitingPayment": {"Type": "Succeed"},
    "OrderCancelled": {"Type": "Succeed"},
    "OrderDone": {"Type": "Succeed"},
    "UnexpectedOutcome": {
        "Type": "Fail",
        "Error": "UnexpectedOutcome",
        "Cause": "A step returned an outcome that the state machine does not know: another version of it may.",
    },
}
