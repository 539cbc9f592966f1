"""What every service of the shop shares: money, time, ids, events, states, errors."""
