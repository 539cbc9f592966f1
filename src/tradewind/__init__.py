"""Tradewind: a serverless commerce backend for AWS. What is in this package ships to Lambda."""

__version__ = "0.1.0"
