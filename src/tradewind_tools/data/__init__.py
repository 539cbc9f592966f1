"""Real data in: catalogues imported and historical invoices replayed through the public HTTP API."""
