"""Passwords of roles as PostgreSQL keeps them: who reads one cannot sign in with it.

The server writes a statement that fails into its log, with all that stands in it.
"""

import base64
import hashlib
import hmac
import secrets

# PostgreSQL's own: scram_iterations and the length of its salt.
ITERATIONS, SALT_BYTES = 4096, 16


def is_plain(password: str) -> bool:
    """Whether SASLprep (RFC 4013), which clients apply, leaves it as it is."""
    return password.isascii() and password.isprintable()


def verifier(password: str, salt: bytes = b"", iterations: int = ITERATIONS) -> str:
    """Return the SCRAM-SHA-256 verifier (RFC 5802) in PostgreSQL's notation."""
    salt = salt or secrets.token_bytes(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    parts = (
        salt,
        hashlib.sha256(client_key).digest(),
        hmac.digest(salted, b"Server Key", "sha256"),
    )
    salt_text, stored, server = (base64.b64encode(part).decode() for part in parts)
    return f"SCRAM-SHA-256${iterations}:{salt_text}${stored}:{server}"


def fits(stored: str, password: str) -> bool:
    """Whether ``stored`` is a verifier of this password."""
    try:
        method, counted, _ = stored.split("$")
        iterations, salt = counted.split(":")
        made = verifier(password, base64.b64decode(salt), int(iterations))
    except ValueError:
        return False
    return method == "SCRAM-SHA-256" and hmac.compare_digest(made, stored)
