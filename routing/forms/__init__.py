"""Forms of the routing pages. They read what people write; services decide."""
