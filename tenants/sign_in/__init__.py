"""How people come in, and what a session must hold to stay."""
