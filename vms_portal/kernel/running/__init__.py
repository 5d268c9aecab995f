"""A process while it runs: logs, figures, health, limits, memory."""
