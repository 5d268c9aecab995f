"""Pages of billing. Each view finds, asks a service, renders."""
