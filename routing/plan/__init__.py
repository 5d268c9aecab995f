"""A routing plan as people see and change it, whole or half made."""
