"""Model-free helpers every app may use. Nothing here imports an app."""
