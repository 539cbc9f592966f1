"""Notifications: emails and short messages to customers, and their preferences."""
