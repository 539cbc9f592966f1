"""The bus, its rules, and the queues; every queue that is consumed has a dead-letter queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SOURCE: Final = "tradewind"
CHECKOUT: Final = "checkout-orchestrator"
CHECKOUT_QUEUE: Final = "checkout-queue"
EMAIL_QUEUE: Final = "email-queue"
SMS_QUEUE: Final = "sms-queue"
CART_QUEUE: Final = "cart-queue"
REFUND_QUEUE: Final = "refund-queue"
ANALYTICS_QUEUE: Final = "analytics-queue"
PAYMENT_QUEUE: Final = "payment-queue"
AUDIT_QUEUE: Final = "audit-queue"
EXPORT_QUEUE: Final = "export-queue"
ERASURE_QUEUE: Final = "erasure-queue"
FEEDBACK_QUEUE: Final = "mail-feedback-queue"
STREAM_QUEUE: Final = "stream-failures"
JOB_FAILURES: Final = "job-failures"

MAIL: Final = "mail"
"""SES's configuration set, which every mail names."""
MAIL_FEEDBACK: Final = "mail-feedback"
"""The topic on which SES says what became of a mail; its one subscriber is the queue."""
MAIL_EVENTS: Final = ("bounce", "complaint")
"""Of what becomes of a mail, what SES says there."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of events for one consumer; `about` says what it holds."""

    name: str
    about: str

    @property
    def dead_letters(self) -> str:
        return f"{self.name}-dead-letters"


@dataclass(frozen=True, slots=True)
class FailureQueue:
    """A queue that no function consumes: its messages wait for a person."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Events of these types go to the queue; with `data`, only those whose data has these values."""

    name: str
    events: tuple[str, ...]
    queue: str
    data: tuple[tuple[str, bool | int | str], ...] = ()


QUEUES: Final = (
    Queue(CHECKOUT_QUEUE, "orders whose checkout is to run"),
    Queue(EMAIL_QUEUE, "events that customers, or the inventory team, get a mail about"),
    Queue(SMS_QUEUE, "events that customers get a short message about"),
    Queue(CART_QUEUE, "placed orders whose cart is to be emptied"),
    Queue(REFUND_QUEUE, "refunds to issue"),
    Queue(ANALYTICS_QUEUE, "events to count"),
    Queue(PAYMENT_QUEUE, "webhooks of payment providers"),
    Queue(AUDIT_QUEUE, "finished orders to audit"),
    Queue(EXPORT_QUEUE, "accounts whose data is to be exported"),
    Queue(ERASURE_QUEUE, "accounts that are to be erased"),
    Queue(FEEDBACK_QUEUE, "mails that bounced, or that their recipients call spam"),
    Queue(STREAM_QUEUE, "positions in the stream of events that could not be forwarded"),
)

FAILURE_QUEUES: Final = (FailureQueue(JOB_FAILURES, "scheduled jobs that could not be started"),)

DEAD_LETTER_QUEUES: Final = (*(queue.dead_letters for queue in QUEUES), *(letters.name for letters in FAILURE_QUEUES))
"""Every queue where messages wait for a person."""

RULES: Final = (
    Rule("order-checkout", ("OrderPlaced",), CHECKOUT_QUEUE),
    Rule("order-undo", ("OrderCancelled",), CHECKOUT_QUEUE, data=(("resume", True),)),
    Rule("order-cart", ("OrderPlaced",), CART_QUEUE, data=(("cartRemains", True),)),
    Rule("order-refund", ("RefundRequested",), REFUND_QUEUE),
    Rule("payment-webhook-received", ("PaymentWebhookReceived",), PAYMENT_QUEUE),
    Rule(
        "payment-resume",
        ("PaymentSucceeded", "PaymentFailed"),
        CHECKOUT_QUEUE,
        data=(("resume", True),),
    ),
    Rule(
        "figures",
        ("OrderConfirmed", "OrderCancelled", "RefundIssued", "PaymentFailed", "CartItemAdded", "UserRegistered"),
        ANALYTICS_QUEUE,
    ),
    Rule("account-export", ("ExportRequested", "ExportContinued"), EXPORT_QUEUE),
    Rule(
        "account-erasure",
        ("AccountDeletionRequested", "AccountErasureContinued", "AccountErasureDue"),
        ERASURE_QUEUE,
    ),
    Rule("customer-sms", ("OrderConfirmed", "OrderFulfilled"), SMS_QUEUE),
    Rule(
        "customer-mail",
        (
            "UserRegistered",
            "EmailVerificationRequested",
            "EmailVerificationOverdue",
            "PasswordResetRequested",
            "PasswordChanged",
            "SecondFactorAdded",
            "SecondFactorRemovalRequested",
            "SecondFactorRemoved",
            "ExportReady",
            "SignedInFromNewDevice",
            "EmailChangeRequested",
            "EmailChanged",
            "AccountDeletionRequested",
            "AccountDeletionUndoable",
            "CartAbandoned",
            "OrderConfirmed",
            "OrderCancelled",
            "OrderFulfilled",
            "RefundIssued",
        ),
        EMAIL_QUEUE,
    ),
    Rule("inventory-mail", ("StockLow",), EMAIL_QUEUE),
    Rule(
        "order-audit",
        ("order.done", "OrderSettled", "RefundIssued", "RefundFailed", "DisputeOpened", "DisputeClosed"),
        AUDIT_QUEUE,
    ),
    Rule("goods-back-audit", ("RefundRequested",), AUDIT_QUEUE, data=(("amountMinor", 0),)),
)
