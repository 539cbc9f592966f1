"""Audit: what the shop's people changed."""
