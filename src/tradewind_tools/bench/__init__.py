"""`./dev bench …`: measurements, published as ratios; no test asserts them with a clock."""
