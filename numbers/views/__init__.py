"""Pages of numbers, sites and the start page. Each finds, asks a service, renders."""
