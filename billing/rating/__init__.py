"""From numbers and calls to cents: pure, no database, no clock (docs/billing.md)."""
