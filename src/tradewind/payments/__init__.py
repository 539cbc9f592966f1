"""Payments: charging and refunding through a provider, and the ledger of what it answered."""
