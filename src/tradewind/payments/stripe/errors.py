"""What goes wrong with Stripe."""

from __future__ import annotations


class AmountNotPayable(Exception):
    """Stripe cannot move such an amount of this currency."""


class StripeRefused(Exception):
    """Stripe will not do what it was asked for: a fault of ours or of the account, for an operator to look at."""
