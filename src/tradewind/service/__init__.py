"""The service itself: whether it runs, and what its API offers."""
