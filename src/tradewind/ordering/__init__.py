"""Orders: placing, reading, cancelling, fulfilling and refunding them."""
