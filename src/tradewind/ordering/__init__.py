"""Orders: placing them, reading them, and what may become of them."""
