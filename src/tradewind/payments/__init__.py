"""Payments: charges and refunds through a provider, its webhooks, and the ledger."""
