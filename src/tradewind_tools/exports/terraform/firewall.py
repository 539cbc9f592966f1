"""What the web ACL lets through: CloudFormation's stage has none, so the limits alone say it."""

from __future__ import annotations

from tradewind_tools.blueprint import limits
from tradewind_tools.exports.cloudformation.names import Resource


def firewall() -> Resource:
    return {
        "requests_per_address": limits.WAF_REQUESTS_PER_ADDRESS,
        "window_seconds": limits.WAF_WINDOW_SECONDS,
    }
