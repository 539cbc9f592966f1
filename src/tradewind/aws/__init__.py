"""AWS adapters: the table, the bus, queues, mail, text messages, secrets, streams, the log."""
