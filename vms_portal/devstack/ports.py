"""Ports on the loopback interface."""

import os
import socket

from .problem import SetupProblem

LOOPBACK = "127.0.0.1"


def free_port(preferred: int | None = None) -> int:
    """A free port: the preferred one when nobody listens there."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def accepts(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), 0.2).close()
    except OSError:
        return False
    return True


def web_port(variable: str, default: int) -> int:
    """The port of a web process, from the environment; refused when taken."""
    text = os.environ.get(variable, str(default))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SetupProblem(f"{variable}={text} is not a port number.")
    if not is_free(int(text)):
        raise SetupProblem(
            f"Port {text} is in use. Stop what listens there, "
            f"or choose another port: {variable}={int(text) + 100} bin/run"
        )
    return int(text)
