"""The gunicorn worker of the web processes: what it cannot do in time it refuses.

gunicorn's own takes every connection and lets it wait for a thread, for as long as it
takes: over its rate the portal answered after 20 s whom nobody waited for any more,
and its health as late. Here the loop that takes connections looks at the beginning of
each request. Health it answers itself, diversions go first, and while there is more
work than 2 s take, further requests are told to come back.
"""

import errno
import logging
import re
import select
import selectors
import socket
import struct
import time
from collections import deque
from concurrent.futures import Future
from functools import cache, partial
from typing import Any

import structlog
from gunicorn.workers.gthread import TConn, ThreadWorker

from vms_portal.kernel.running.figures import Counter
from vms_portal.kernel.running.logs import hide_secrets

# Seconds. Who waits longer has pressed the button again.
PATIENCE = 2.0
# So long a client may stop in the middle of its request, or of reading the answer.
# The proxy never does: it hands over whole requests and takes answers at once.
STALLED = 5
# So long a thread waits in all for a request to arrive, a byte now and then or not.
ARRIVAL = 10.0
# So long no thread was free for anybody: restart it.
STUCK = 60.0
# Since when it is worth a look whether the client is still there.
GONE_AFTER = 0.5
SAY_EVERY = 10.0
LOOK_AT = 512
HEALTH = re.compile(rb"(?:GET|HEAD) /healthz[ ?]")
API = re.compile(rb"[A-Z]+ /api/")
# Calls go wrong now: the diversion of a number, and the phone page that switches it.
# Readiness as well, which the proxy lets nobody ask: load alone is no reason to leave.
URGENT = re.compile(
    rb"(?:[A-Z]+ /(?:api/v1/)?numbers/[^ ?]*\bdivert\b|POST /m/|GET /readyz[ ?])"
)
HEAD = (
    "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
    "Connection: close\r\nCache-Control: no-store, private\r\n"
    "X-Content-Type-Options: nosniff\r\n{more}\r\n"
)
BUSY = "503 Service Unavailable"
Lane = deque[tuple[float, TConn]]

refused = Counter("vms_requests_refused_total", "Requests refused under load")
log = structlog.get_logger("vms.serving")


class HidingFilter(logging.Filter):
    """gunicorn's own lines hold addresses, and so the secrets of links."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = hide_secrets(record.getMessage()), ()
        return True


class Worker(ThreadWorker):
    """Threads as gunicorn's, behind two lanes; only the main thread adds to them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.urgent: Lane = deque()
        self.usual: Lane = deque()
        # Seconds a request takes, the last ones counting most.
        self.usual_work = 0.0
        self.said_at, self.unsaid = 0.0, 0
        self.log.error_log.addFilter(HidingFilter())

    def enqueue_req(self, conn: TConn) -> None:
        """Queue a request, or answer it here. gunicorn calls this when one begins."""
        if not conn.initialized and not conn.data_ready:
            self._await_data(conn)
            return
        begin = _begin(conn)
        if begin == b"":
            self._let_go(conn)
        elif begin and HEALTH.match(begin):
            self._answer_health(conn)
        else:
            lane = self.urgent if begin and URGENT.match(begin) else self.usual
            if self._wait(lane) > PATIENCE:
                self._refuse(conn, begin or b"")
                return
            lane.append((time.monotonic(), conn))
            work = self.tpool.submit(self._serve_next)
            work.add_done_callback(
                lambda done: self.method_queue.defer(self._finish, done)
            )

    def _serve_next(self) -> tuple[TConn, object]:
        """In a thread: serve who is next; as many come here as were queued."""
        try:
            since, conn = self.urgent.popleft()
        except IndexError:
            since, conn = self.usual.popleft()
        _limit_stalling(conn)
        began = time.monotonic()
        if began - since > GONE_AFTER and _has_gone(conn.sock):
            return conn, False
        result = self.handle(conn)
        self.usual_work += (time.monotonic() - began - self.usual_work) / 16
        return conn, result

    def _wait(self, lane: Lane) -> float:
        """Seconds a request would wait: what came in before it, or what that waits."""
        expected = len(lane) * self.usual_work / self.cfg.threads
        return max(expected, _age(lane))

    def _finish(self, done: "Future[tuple[TConn, object]]") -> None:
        conn, result = done.result()
        if result:
            outcome: Future[object] = Future()
            outcome.set_result(result)
            self.finish_request(conn, outcome)
        else:
            self._let_go(conn)

    def _await_data(self, conn: TConn) -> None:
        """Wait for the first bytes here: a slow client holds no thread."""
        self._hold(conn, self.on_pending_socket_readable)

    def _hold(self, conn: TConn, then: Any) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(then, conn))

    def _answer_health(self, conn: TConn) -> None:
        is_stuck = max(_age(self.urgent), _age(self.usual)) > STUCK
        state, status = ("stuck", BUSY) if is_stuck else ("ok", "200 OK")
        body = f'{{"status": "{state}"}}'.encode()
        self._answer(conn, status, "application/json", body)

    def _refuse(self, conn: TConn, begin: bytes) -> None:
        refused.inc()
        self.unsaid += 1
        if time.monotonic() - self.said_at > SAY_EVERY:
            log.warning("requests refused", count=self.unsaid)
            self.said_at, self.unsaid = time.monotonic(), 0
        kind, body = _words(is_api=API.match(begin) is not None)
        self._answer(conn, BUSY, kind, body, f"Retry-After: {PATIENCE:.0f}\r\n")

    def _answer(
        self, conn: TConn, status: str, kind: str, body: bytes, more: str = ""
    ) -> None:
        """Send without waiting; it fits into the buffer of the socket."""
        head = HEAD.format(status=status, kind=kind, length=len(body), more=more)
        try:
            conn.sock.setblocking(False)
            conn.sock.send(head.encode() + body)
        except OSError:
            self.log.debug("The client left before it was answered.")
        self._let_go(conn)

    def _let_go(self, conn: TConn) -> None:
        """Close as soon as the client has: unread bytes would take the answer along.

        gunicorn waits for that in the loop, where everybody waits with it.
        """
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            self._hold(conn, self._drain)
        except (OSError, ValueError):
            self._close(conn)

    def _drain(self, conn: TConn, sock: socket.socket) -> None:
        try:
            if sock.recv(65536):
                return
        except BlockingIOError:
            return
        except OSError:
            self.log.debug("The client reset the connection.")
        self.poller.unregister(sock)
        self.pending_conns.remove(conn)
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()


class Arriving:
    """The socket a request is read from, for as long as ``ARRIVAL`` allows.

    What was sent meanwhile costs nothing: an application may read its body late.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.left = sock, ARRIVAL

    def recv(self, size: int) -> bytes:
        if self.left <= 0:
            raise BlockingIOError(errno.EAGAIN, "The request takes too long to arrive")
        began = time.monotonic()
        try:
            return self.sock.recv(size)
        finally:
            self.left -= time.monotonic() - began


def _limit_stalling(conn: TConn) -> None:
    """Let a thread wait no longer: half a request would hold it for good.

    As options of the socket, which gunicorn makes blocking without a time-out; its
    parser is handed the socket for each request anew.
    """
    seconds = struct.pack("ll", STALLED, 0)
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        conn.sock.setsockopt(socket.SOL_SOCKET, option, seconds)
    conn.init()
    conn.parser.unreader.sock = Arriving(conn.sock)


def _age(lane: Lane) -> float:
    """Seconds the first one of a lane has waited."""
    try:
        return time.monotonic() - lane[0][0]
    except IndexError:
        return 0.0


def _begin(conn: TConn) -> bytes | None:
    """How the request begins; empty at the end of a connection, None if unknown."""
    if conn.initialized and conn.parser.unreader.buf.getvalue():
        return None
    try:
        return bytes(conn.sock.recv(LOOK_AT, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _has_gone(sock: socket.socket) -> bool:
    """Has the client hung up? Our proxy does when its own client did."""
    gone = select.POLLRDHUP | select.POLLHUP | select.POLLERR
    poll = select.poll()
    poll.register(sock, gone)
    return bool(poll.poll(0))


@cache
def _words(*, is_api: bool) -> tuple[str, bytes]:
    """What the refused are told: the page and the data of an absent server."""
    from vms_portal.kernel.web import errors

    try:
        if is_api:
            return "application/json", errors.away_as_data()
        return "text/html; charset=utf-8", errors.away_as_page()
    except Exception:
        # In the loop that serves everybody, a template must not end it all.
        log.exception("no page for the refused")
        return "text/plain; charset=utf-8", b"Too busy. Please try again in a moment."
