"""The edge: the frame around every entry point: HTTP, queues, steps and jobs, and what requests have in common."""
