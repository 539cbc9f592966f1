"""The catalogue: products, their details and their categories."""
