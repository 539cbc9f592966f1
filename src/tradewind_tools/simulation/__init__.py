"""The shop without a cloud: parts that behave as AWS does, in memory, for tests and simulations."""
