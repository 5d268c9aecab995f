"""What calls add up to: figures, tables and charts of a period."""
