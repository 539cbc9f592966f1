"""What the Terraform modules read: the blueprint as one JSON document."""
