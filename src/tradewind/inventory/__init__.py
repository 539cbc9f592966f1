"""Inventory: how many units of each variant are on hand, reserved and sold, and why."""
