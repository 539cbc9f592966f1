"""Personal data: a copy for its owner, and its end with the account."""
