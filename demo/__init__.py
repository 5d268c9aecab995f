"""The demo: two fictitious customers with a month of calls to invoice."""
