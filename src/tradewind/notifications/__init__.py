"""Notifications: what customers are told by mail and by short message, and what they want to be told."""
