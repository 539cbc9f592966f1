"""Inventory: how many units of each product are on hand, reserved and sold, and why."""
