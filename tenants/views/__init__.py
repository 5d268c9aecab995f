"""Pages of customers and people. Each view finds, asks a service, renders."""
