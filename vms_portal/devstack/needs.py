"""What each program of ours is given: its own secrets and nobody else's.

docker-compose.yml hands out the same; tests/deploy/test_compose.py compares the two.
"""

import os
import re
from collections.abc import Mapping

# Of what the shell holds: where things are, how they are written, the trust in TLS.
ORDINARY = re.compile(
    r"PATH|HOME|USER|LOGNAME|TZ|TMPDIR|LANG|LANGUAGE|LC_\w+|LD_LIBRARY_PATH|PYTHON\w+"
    r"|XDG_\w+|FONTCONFIG_\w+|SSL_CERT_\w+|PGSSL\w+|VMS_\w+"
)
SERVERS = re.compile(r"PATH|LANG|LC_\w+|TZ|LD_LIBRARY_PATH")
SECRET = re.compile(r"VMS_\w*(?:KEY|PASSWORD|SECRET)\w*")

RESET_KEYS = ("VMS_RESET_KEY_PORTAL", "VMS_RESET_KEY_BACKOFFICE")
# The demo's keys make the password that the demo's own page shows.
SIGNING_IN = ("VMS_MFA_KEY", "VMS_EMAIL_PASSWORD", "VMS_DEMO_KEY")
NEEDS: Mapping[str, tuple[str, ...]] = {
    "portal": (
        "DATABASE_URL_APP",
        "REDIS_URL_PORTAL",
        "SECRET_KEY_PORTAL",
        "SECRET_KEY_PORTAL_FALLBACKS",
        "VMS_RESET_KEY_PORTAL",
        *SIGNING_IN,
    ),
    "backoffice": (
        "DATABASE_URL_STAFF",
        "REDIS_URL_BACKOFFICE",
        "SECRET_KEY_BACKOFFICE",
        "SECRET_KEY_BACKOFFICE_FALLBACKS",
        "VMS_RESET_KEY_BACKOFFICE",
        *SIGNING_IN,
    ),
    "worker": (
        "DATABASE_URL_WORKER",
        "REDIS_URL_WORKER",
        "VMS_EMAIL_PASSWORD",
        *RESET_KEYS,
    ),
    "routing": ("DATABASE_URL_WORKER", "REDIS_URL_WORKER"),
    "beat": ("REDIS_URL_BEAT",),
    "owner": ("DATABASE_URL_OWNER",),
    "static": (),
}
REDIS_URLS = {name for names in NEEDS.values() for name in names if "REDIS" in name}
# Under which role the settings know them; the others by their own name.
ROLES = {"routing": "worker", "static": "worker"}


def environment_of(
    program: str, values: Mapping[str, str], **more: str
) -> dict[str, str]:
    """The whole environment of ``program``; ``values`` are all that were made."""
    known = {**os.environ, **values}
    # A Redis that was given has one address for all.
    known |= {n: known.get(n, known.get("REDIS_URL", "")) for n in REDIS_URLS}
    given = {
        name: value
        for name, value in known.items()
        if name in NEEDS[program]
        or (ORDINARY.fullmatch(name) and not SECRET.fullmatch(name))
    }
    process = ROLES.get(program, program)
    return {**given, "VMS_PROCESS": process, "PYTHONUNBUFFERED": "1", **more}


def ordinary() -> dict[str, str]:
    """The environment of a server: it is told the rest by its own files."""
    return {k: v for k, v in os.environ.items() if SERVERS.fullmatch(k)}
