"""The figures of analytics, held against the orders that they count."""
