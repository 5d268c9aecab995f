"""What the pages of a number show, put together for their templates."""
