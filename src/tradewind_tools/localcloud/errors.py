"""What can go wrong around the local cloud, each as one clear line that says what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tradewind_tools.errors import Refusal


class LocalCloudError(Refusal):
    """Something a person can act on."""


class PortTaken(LocalCloudError):
    """Another program already listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} is taken by another program. Stop it, or choose another: ./dev up --port {port + 1}"
        )


class PortForbidden(LocalCloudError):
    """The system gives the port to administrators only."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} may be used by administrators only. Choose one from 1024 on: ./dev up --port 8080"
        )


class AlreadyRunning(LocalCloudError):
    """Another local cloud, running or starting, uses the same state folder, and cannot be updated to what is wanted."""

    def __init__(self, where: str) -> None:
        super().__init__(f"The local cloud is already running: {where} (./dev status says more, ./dev down stops it)")


class NotRunning(LocalCloudError):
    """There is no local cloud to act on."""

    def __init__(self) -> None:
        super().__init__("The local cloud is not running. Start it: ./dev up")


class NoSuchFunction(LocalCloudError):
    """No function's name holds what was asked for."""

    def __init__(self, part: str) -> None:
        super().__init__(f"No function has {part!r} in its name. ./dev routes names them all")


class NoSuchRequest(LocalCloudError):
    """No function has logged anything of the request."""

    def __init__(self, request: str) -> None:
        super().__init__(f"Nothing was logged of a request {request!r}. A response names its request in x-request-id")


class AmbiguousRequest(LocalCloudError):
    """Several requests begin with what was asked for."""

    def __init__(self, begin: str, found: Sequence[str]) -> None:
        super().__init__(f"{len(found)} requests begin with {begin!r}; say which: {', '.join(found[:5])}")


class StateUnreadable(LocalCloudError):
    """The record of the running server is damaged."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The local cloud runs, but {path} cannot be read. Find its process with: lsof {path.with_name('lock')}"
        )


class StateUnwritable(LocalCloudError):
    """There is no place to keep the state."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The state cannot be kept in {path}: {reason}. Name another folder in TRADEWIND_STATE")


class ServerFailed(LocalCloudError):
    """The server process ended, or did not become ready in time."""


class StackFailed(LocalCloudError):
    """CloudFormation refused the template; the text names each failed resource and its reason."""


class SeedFailed(LocalCloudError):
    """The shop answered the demo data with an error."""


class NothingToPay(LocalCloudError):
    """The order has no payment yet."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"There is no payment for an order {order_id!r} yet. ./dev logs process-payment shows why")


class AlreadySettled(LocalCloudError):
    """The payment does not wait for an answer, and this one would change nothing."""

    def __init__(self, order_id: str, answer: str, way_on: str) -> None:
        """`answer` is the one it has; `way_on` says what can be done, with `{}` for the order."""
        super().__init__(f"It is too late: the payment of order {order_id} was {answer}. {way_on.format(order_id)}")


class NoRefundToFail(LocalCloudError):
    """The order has no refund that was issued."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"No refund of order {order_id!r} was issued. Make one: POST /orders/{order_id}/refunds")


class WebhookRefused(LocalCloudError):
    """The shop did not take the webhook."""

    def __init__(self, answer: str) -> None:
        super().__init__(f"The shop did not take the webhook: {answer}")
