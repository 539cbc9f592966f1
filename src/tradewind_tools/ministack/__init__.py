"""MiniStack made to behave as AWS does, metered, saved and enforced: adjustments to the pinned version."""
