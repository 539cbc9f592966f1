"""The limits of the web ACL, which the CloudFormation template does not have."""

from __future__ import annotations

from tradewind_tools.blueprint import limits
from tradewind_tools.exports.cloudformation.names import Resource


def firewall() -> Resource:
    return {
        "requests_per_address": limits.WAF_REQUESTS_PER_ADDRESS,
        "window_seconds": limits.WAF_WINDOW_SECONDS,
    }
