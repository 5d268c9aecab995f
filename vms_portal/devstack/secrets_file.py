"""Random passwords and keys, made once, in ``secrets/`` with mode 0600."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def read(path: Path) -> dict[str, str]:
    """The KEY=VALUE lines of a file; none when there is no file."""
    if not path.is_file():
        return {}
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def write(path: Path, values: Mapping[str, str]) -> None:
    """Write KEY=VALUE lines so that no moment exists with wider rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{key}={value}\n" for key, value in values.items())
    draft.replace(path)


def fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


class Passwords:
    """Named random values that stay the same from start to start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = read(path)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> str:
        if name not in self._values:
            is_fernet = name == "VMS_MFA_KEY"
            self._values[name] = fernet_key() if is_fernet else secrets.token_urlsafe()
            write(self._path, self._values)
        return self._values[name]
