"""What ``bin/bench`` measures. Imports nothing: nothing is set up when it is read."""

# The name of a module ``benchmarks.<name>``, and the process whose rights it needs.
TOPICS = {
    "decisions": "worker",
    "ingest": "worker",
    "rating": "worker",
    "invoices": "worker",
    "pages": "portal",
}
