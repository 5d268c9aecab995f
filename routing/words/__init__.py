"""What the engine and the plans hold, in words for people."""
