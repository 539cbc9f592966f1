"""The local cloud: MiniStack in a process of its own, the shop deployed into it, and one front door."""
