"""The blueprint as one JSON document, which the Terraform modules read."""
