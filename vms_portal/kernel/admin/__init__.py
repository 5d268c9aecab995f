"""Django's admin as the operator's back office."""
