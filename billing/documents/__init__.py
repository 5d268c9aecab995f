"""Documents as PDF: what the law and the standards ask, printed (docs/billing.md)."""
