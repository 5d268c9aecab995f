"""Production: make the roles and the database over DATABASE_URL.

The passwords come from VMS_PASSWORD_OWNER, _APP, _STAFF, _WORKER, _NETWORK and
_BACKUP, or from files named by the same variables with _FILE behind.
"""

import os
from pathlib import Path

from . import provisioning
from .instance import DATABASE
from .problem import SetupProblem
from .progress import say
from .role_passwords import is_plain
from .secrets_file import Passwords


class GivenPasswords(Passwords):
    """Passwords that the operator chose; none is invented here."""

    def __init__(self) -> None:
        self._values = {}

    def get(self, name: str) -> str:
        variable = f"VMS_PASSWORD_{name.removeprefix('vms_').upper()}"
        file = os.environ.get(f"{variable}_FILE")
        password = (
            Path(file).read_text().strip() if file else os.environ.get(variable, "")
        )
        if not password or not is_plain(password):
            raise SetupProblem(
                f"{variable} is missing or has something else than printable ASCII."
            )
        return password


def main(arguments: list[str]) -> int:
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise SetupProblem("DATABASE_URL must name the provisioning connection.")
    provisioning.require_address(url)
    provisioning.provision(url, GivenPasswords(), DATABASE, tests=False)
    provisioning.seclude(url)
    say("Roles and database are in place.")
    return 0
