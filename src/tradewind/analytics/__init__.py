"""Analytics: a log of what happened, and the figures that are made from it."""
