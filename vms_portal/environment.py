"""Reading the process environment: the only source of configuration and secrets."""

import base64
import ipaddress
import os
import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}


def load_file(path: Path) -> None:
    """Take ``KEY=VALUE`` lines as defaults; the real environment wins.

    ``bin/run`` writes such a file, so a management command typed beside a
    running portal finds the same database.
    """
    if not path.is_file() or not os.access(path, os.R_OK):
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        key, separator, value = line.partition("=")
        if separator and not key.startswith("#"):
            os.environ.setdefault(key.strip(), value.strip())


def refuse(name: str, told: str) -> NoReturn:
    """End the process with a sentence: what is mistyped must not mean something else.

    Neither must it come to light with the first request. Never tells the value, which
    may be a secret.
    """
    raise SystemExit(f"{name}: {told}")


def flag(name: str) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value not in YES | NO:
        refuse(name, "1 or 0 is expected.")
    return value in YES


def number(name: str, default: int, *, least: int = 0, most: int = 999_999_999) -> int:
    text = os.environ.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        refuse(name, f"a whole number from {least} to {most} is expected.")
    return int(text)


def one_of(name: str, default: str, allowed: Iterable[str]) -> str:
    value = os.environ.get(name) or default
    if value not in allowed:
        refuse(name, f"one of {', '.join(allowed)} is expected.")
    return value


def rate(name: str, default: str) -> str:
    """Return how often something may be done, as ``600/min``."""
    value = os.environ.get(name) or default
    if not re.fullmatch(r"[0-9]{1,9}/(s|sec|m|min|h|hour|d|day)", value):
        refuse(name, "a rate such as 600/min is expected.")
    return value


def networks(name: str, default: str) -> list[str]:
    given = words(name, default)
    try:
        for text in given:
            ipaddress.ip_network(text)
    except ValueError as error:
        refuse(name, f"networks such as 10.0.0.0/8 are expected; {error}.")
    return given


def host(name: str) -> str:
    """Return a host name or an address of the network; empty where none is named."""
    text = os.environ.get(name, "")
    if text and not is_host(text):
        refuse(name, "the name of a host is expected, such as mail.example.be.")
    return text


def hosts(name: str, default: str) -> list[str]:
    """Return host names as they are asked for, ``.example.be`` for all below one."""
    given = words(name, default)
    if not given:
        refuse(name, "at least one host name is expected, such as portal.example.be.")
    for text in given:
        bare = text.removeprefix(".")
        in_brackets = re.fullmatch(r"\[(.+)\]", text)
        is_right = _is_address(in_brackets[1]) if in_brackets else is_host(bare)
        if text != "*" and not is_right:
            refuse(name, "host names alone are expected, such as portal.example.be.")
    return given


def is_host(text: str) -> bool:
    return bool(re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?", text)) or _is_address(text)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def origin(name: str, default: str) -> str:
    """Return scheme and host of a site; a stroke at its end is taken off."""
    text = (os.environ.get(name) or default).removesuffix("/")
    if not _is_origin(text):
        refuse(name, "an address such as https://portal.example.be is expected.")
    return text


def origins(name: str) -> list[str]:
    """Return sites as ``origin`` has them; ``https://*.example.be`` is all below."""
    given = [text.removesuffix("/") for text in words(name)]
    if not all(_is_origin(text.replace("://*.", "://", 1)) for text in given):
        refuse(name, "addresses such as https://portal.example.be are expected.")
    return given


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_bare = text == f"{parts.scheme}://{parts.netloc}" and "@" not in text
        is_there = is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        return False
    return is_bare and is_there and parts.scheme in {"http", "https"}


def class_path(name: str, default: str) -> str:
    """Return the path of a class whose module is there; nothing is loaded yet."""
    path = os.environ.get(name) or default
    try:
        is_there = find_spec(path.rpartition(".")[0]) is not None
    except (ImportError, ValueError):
        is_there = False
    if not is_there:
        refuse(name, "there is no such class: module.Class is expected.")
    return path


def fernet_key(name: str) -> str:
    """Return 32 bytes in URL-safe base64; empty where a process has none."""
    key = os.environ.get(name, "")
    try:
        # Not urlsafe_b64decode, which leaves out whatever is none of its letters.
        is_key = len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32
    except ValueError:
        is_key = False
    if key and not is_key:
        refuse(name, "32 bytes in URL-safe base64 are expected.")
    return key


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of a variable."""
    parts = os.environ.get(name, default).split(",")
    return [word.strip() for word in parts if word.strip()]
