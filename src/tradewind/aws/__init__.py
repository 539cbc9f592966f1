"""The edge to AWS: what is specific to it stays in this package."""
