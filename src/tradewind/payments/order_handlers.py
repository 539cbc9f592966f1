"""The operations of administrators on an order's payments."""

from __future__ import annotations

from tradewind.edge.http import Empty, Request, endpoint
from tradewind.kernel.caller import Permission
from tradewind.ordering.public import list_refunds
from tradewind.payments import reads
from tradewind.payments.errors import PaymentNotFound
from tradewind.payments.messages import PaymentsPath
from tradewind.payments.order_messages import OrderPayments
from tradewind.payments.views import order_payments
from tradewind.shop import Shop


@endpoint(permission=Permission.ORDERS, params=PaymentsPath, errors=(PaymentNotFound,))
def get_payments(request: Request[Empty, PaymentsPath], shop: Shop) -> OrderPayments:
    """Get an order's payments.

    The attempts to charge it, its refunds and disputes, the ledger of the money that moved, and the balance.
    """
    order_id, table = request.params.order_id, shop.table
    payments = reads.list_payments(table, order_id)
    if not payments:
        raise PaymentNotFound(f"There is no payment for an order {order_id!r}.")
    refunds, disputes = list_refunds(table, order_id), reads.list_disputes(table, order_id)
    return order_payments(order_id, payments, refunds, disputes, reads.list_ledger(table, order_id))
