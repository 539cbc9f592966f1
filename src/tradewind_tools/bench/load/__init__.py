"""A day's crowd in minutes: how many visitors and orders a running local cloud bears, and how long they wait."""
