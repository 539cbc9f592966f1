"""The service about itself: whether it runs, and what can be asked of it."""
