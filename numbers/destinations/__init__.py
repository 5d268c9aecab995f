"""Where a customer may send calls."""
