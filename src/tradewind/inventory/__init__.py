"""Stock: what is on hand, reserved and sold of each product."""
