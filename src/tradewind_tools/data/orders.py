"""An invoice as the order an administrator takes for a customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tradewind.kernel.money import to_decimal
from tradewind_tools.data.customers import address_of
from tradewind_tools.data.messages import NewOrder, OrderItem, PaymentMethod
from tradewind_tools.data.online_retail import CURRENCY, Invoice, InvoiceLine

_APPROVED = PaymentMethod(token="tok_approved")  # noqa: S106 (the fake provider's token, not a secret)


def idempotency_key(invoice: Invoice) -> str:
    """Return the key under which the shop takes this invoice once."""
    return f"online-retail-{invoice.number}"


def order_for(invoice: Invoice, customer_id: str) -> NewOrder:
    """Return the order an administrator takes for an invoice: its lines as they stand, at its own prices."""
    return NewOrder(
        customer_id=customer_id,
        items=tuple(map(_item, invoice.lines)),
        shipping_address=address_of(invoice),
        payment_method=_APPROVED,
        expected_total=to_decimal(invoice.total_minor, CURRENCY),
        reference=f"invoice {invoice.number}",
    )


def _item(line: InvoiceLine) -> OrderItem:
    unit_price = to_decimal(line.unit_price_minor, CURRENCY)
    return OrderItem(product_id=line.product_id, quantity=line.quantity, unit_price=unit_price)


def units_of(lines: Iterable[InvoiceLine]) -> dict[str, int]:
    """Return the units of each product; one product may stand in several lines."""
    units: Counter[str] = Counter()
    for line in lines:
        units[line.product_id] += line.quantity
    return dict(units)
