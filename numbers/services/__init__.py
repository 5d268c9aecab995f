"""Every write to sites, numbers and their options: one transaction each."""
