"""Handing work to the workers, and what becomes of work that fails."""
