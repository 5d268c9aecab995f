"""Dates as they are written in Belgium, where Django's own are not."""
