"""How customers want to be told."""

from __future__ import annotations

from tradewind.aws.table import TableBusy
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.kernel.caller import Role
from tradewind.notifications import store
from tradewind.notifications.messages import EmailChannel, SetWishes, SmsChannel, WishesView
from tradewind.notifications.model import Preferences
from tradewind.shop import Shop


@endpoint(role=Role.CUSTOMER)
def get_preferences(request: Request[Empty, Empty], shop: Shop) -> WishesView:
    """Read how you are told of what happens."""
    return _view(store.preferences(shop.table, request.caller.user_id))


@endpoint(role=Role.CUSTOMER, body=SetWishes, errors=(TableBusy,))
def set_preferences(request: Request[SetWishes, Empty], shop: Shop) -> WishesView:
    """Say how you want to be told of what happens."""
    wanted = Preferences(reminders=request.body.email.reminders, order_texts=request.body.sms.orders)
    shop.table.write(store.preferred(request.caller.user_id, wanted))
    return _view(wanted)


def _view(preferences: Preferences) -> WishesView:
    return WishesView(EmailChannel(orders=True, reminders=preferences.reminders), SmsChannel(preferences.order_texts))
