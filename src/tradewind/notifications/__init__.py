"""Notifications: what customers are told by mail, and the record of it."""
