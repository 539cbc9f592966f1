"""Acts of the shop's people, as the frame around every operation records them."""

from __future__ import annotations

from tests.fakes import ADMIN_ID, CALLER_ADDRESS, FakeClock

from tradewind.aws.table import Put
from tradewind.edge.audit import Act, AuditedTable
from tradewind.kernel.caller import Role
from tradewind.shop import Shop

ANOTHER_ID = "01KAJ0ADMN0000000000000002"


def act(
    shop: Shop,
    clock: FakeClock,
    thing: str = "product:mug",
    operation: str = "PUT /products/{productId}",
    *,
    actor_id: str = ADMIN_ID,
) -> None:
    """Change a product, an hour after the act before."""
    clock.advance(3_600)
    done = Act(actor_id, Role.ADMIN, operation, thing, CALLER_ADDRESS, "request-1")
    kind, _, name = thing.partition(":")
    item = {"PK": f"{kind.upper()}#{name}", "SK": kind.upper(), "price": 1}
    AuditedTable(shop.table, done, clock).write(Put(item))
