"""Pages of routing. Each view finds, asks a service, renders."""
