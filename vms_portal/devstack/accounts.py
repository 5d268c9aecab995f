"""The unprivileged account the servers run under when the command runs as root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .problem import SetupProblem


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    def popen_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def server_account() -> Account | None:
    """The ``postgres`` account when we are root; None: servers run as ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError as error:
        raise SetupProblem(
            "PostgreSQL refuses to run as root and there is no postgres account: "
            "install the package postgresql."
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
