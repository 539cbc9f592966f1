"""Analytics: a log of what happened, and the figures that are folded from it."""
