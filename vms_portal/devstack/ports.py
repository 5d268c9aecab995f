"""Ports on the loopback interface."""

import errno
import os
import socket
from pathlib import Path

from .problem import SetupProblem

LOOPBACK = "127.0.0.1"
# Where browsers look for localhost first. Nothing of ours listens there.
LOOPBACK_IPV6 = "::1"
# The state of a socket in /proc/net/tcp.
LISTEN = "0A"
WEB_PORTS = {"VMS_PORT": 8000, "VMS_BACKOFFICE_PORT": 8001}


def free_port(preferred: int | None = None) -> int:
    """A free port: the preferred one when nobody listens there."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Can it be ours, and is no other page at the same address of localhost?"""
    if _is_taken_on_ipv6(port):
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _is_taken_on_ipv6(port: int) -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK_IPV6, port))
    except OSError as error:
        # Of any other kind: the machine has no IPv6.
        return error.errno == errno.EADDRINUSE
    return False


def listens(pid: int, port: int) -> bool:
    """Is it this process that listens there, and not another that was quicker?"""
    sockets = _listening(port)
    try:
        held = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return False
    return not sockets.isdisjoint(held)


def _listening(port: int) -> set[str]:
    """The sockets that listen on a port, as /proc names them."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        lines = Path(table).read_text().splitlines() if Path(table).exists() else []
        for line in lines[1:]:
            _, here, _, state, *_, inode = line.split()[:10]
            if state == LISTEN and int(here.rpartition(":")[2], 16) == port:
                sockets.add(f"socket:[{inode}]")
    return sockets


def accepts(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), 0.2).close()
    except OSError:
        return False
    return True


def chosen_port(variable: str) -> int:
    """The port of a web process, from the environment or the usual one."""
    text = os.environ.get(variable, str(WEB_PORTS[variable]))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SetupProblem(f"{variable}={text} is not a port number.")
    return int(text)


def web_ports() -> dict[str, int]:
    """The ports of the web processes by variable; refused when one is taken."""
    ports = {variable: chosen_port(variable) for variable in WEB_PORTS}
    if len(set(ports.values())) < len(ports):
        raise SetupProblem(f"{' and '.join(ports)} must be two different ports.")
    for variable, port in ports.items():
        if not is_free(port):
            other = port + 100 if port + 100 < 65536 else port - 100
            raise SetupProblem(
                f"Port {port} is in use. Stop what listens there, "
                f"or choose another port: {variable}={other} bin/run"
            )
    return ports
