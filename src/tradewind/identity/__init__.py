"""Identity: accounts, sign-in, sessions and profiles."""
