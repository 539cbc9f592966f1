"""Looking after the running shop: messages that could not be handled, and their way back."""
