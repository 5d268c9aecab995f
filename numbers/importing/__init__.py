"""Reading numbers from CSV files: bytes to rows, rows to numbers, or problems."""
