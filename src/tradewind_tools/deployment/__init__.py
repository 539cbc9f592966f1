"""Deploying with Terraform: to the local cloud, and to AWS."""
