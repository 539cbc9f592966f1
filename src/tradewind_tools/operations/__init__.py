"""Operating the shop from the command line: dead letters, and the replay of archived events."""
