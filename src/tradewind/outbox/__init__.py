"""The outbox: forwards recorded events from the table's stream to the bus."""
