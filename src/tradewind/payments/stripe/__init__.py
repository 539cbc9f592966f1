"""The shop through Stripe: its API, its objects, its amounts."""
