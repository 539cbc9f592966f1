"""The outbox: what the table's stream shows of recorded events goes to the bus."""
