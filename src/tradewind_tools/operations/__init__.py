"""Operating the shop from the command line: dead letters, events, and the check of the figures."""
