"""The tools around Tradewind: never shipped to Lambda."""
