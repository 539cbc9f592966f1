"""Tradewind: a serverless commerce backend for AWS. What is in this package ships to Lambda."""

import gc
import os

__version__ = "0.1.0"

if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    gc.set_threshold(50_000)  # what a function loads in INIT stays: nothing is found by looking through it twenty times
