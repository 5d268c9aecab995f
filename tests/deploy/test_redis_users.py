"""Each process has its own user in Redis; what it may is in deploy/redis.acl."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery
from redis.exceptions import AuthenticationError, NoPermissionError

from tests.deploy.conftest import ROOT
from vms_portal.devstack.ports import LOOPBACK, accepts, free_port
from vms_portal.queues import QUEUES, WORKERS, takes

QUEUES_OF = {
    "portal": ["portal", "routing"],
    "backoffice": ["backoffice", "documents", "routing"],
    "beat": ["beat"],
}
USERS = ("portal", "backoffice", "beat", "worker", "network")


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """deploy/redis.sh as production starts it; its port."""
    directory = Path(tempfile.mkdtemp(prefix="vms-redis-"))
    environment = {**os.environ, "VMS_REDIS_ACL": str(ROOT / "deploy" / "redis.acl")}
    for user in USERS:
        (directory / user).write_text(f"{user}-password\n")
        environment[f"VMS_REDIS_PASSWORD_{user.upper()}_FILE"] = str(directory / user)
    port = free_port()
    options = ["--port", str(port), "--bind", LOOPBACK, "--dir", str(directory)]
    child = subprocess.Popen(
        [str(ROOT / "deploy" / "redis.sh"), *options],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while not accepts(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    yield port
    child.terminate()
    child.wait(10)
    shutil.rmtree(directory)


def url(port: int, user: str) -> str:
    return f"redis://{user}:{user}-password@{LOOPBACK}:{port}/0"


@pytest.fixture
def link(server):
    return {user: redis.Redis.from_url(url(server, user)) for user in USERS}


def test_nobody_without_a_name(server):
    with pytest.raises((AuthenticationError, NoPermissionError)):
        redis.Redis(host=LOOPBACK, port=server).get("plan:+3225501200")
    assert redis.Redis(
        host=LOOPBACK, port=server, username="health", password="x"
    ).ping()


@pytest.mark.parametrize("user", ["portal", "backoffice"])
def test_a_cache_of_its_own_and_tasks_handed_in(server, link, user):
    mine = link[user]
    mine.set(f"vms-{user}:1:key", "value", ex=60)
    assert mine.get(f"vms-{user}:1:key") == b"value"
    with mine.pipeline() as pipe:
        pipe.incr(f"vms-{user}:1:count")
        pipe.execute()
    app = Celery(broker=url(server, user), set_as_current=False)
    for queue in QUEUES_OF[user]:
        app.send_task("x", queue=queue, retry=False)
        assert link["worker"].lpop(queue)


@pytest.mark.parametrize("user", QUEUES_OF)
def test_nobody_hands_in_where_another_does(server, link, user):
    """A worker takes the queue for the sender (vms_portal/queues.py)."""
    others = {queue.name for queue in QUEUES} - set(QUEUES_OF[user])
    assert WORKERS in others
    for queue in others:
        with pytest.raises(NoPermissionError):
            link[user].lpush(queue, "{}")


def test_beat_queues_what_is_due_as_itself(server, link, tmp_path):
    environment = {
        **os.environ,
        "REDIS_PASSWORD": "beat-password",
        "VMS_REDIS_USER": "beat",
        "VMS_REDIS_HOST": f"{LOOPBACK}:{server}",
        "VMS_SWEEP_SECONDS": "1",
        "TMPDIR": str(tmp_path),
        "VMS_VAR": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    # Given to it as in production: nothing of a database, and one login for Redis.
    for name in [n for n in environment if n.startswith(("DATABASE", "REDIS_URL"))]:
        del environment[name]
    command = [str(ROOT / "deploy" / "entrypoint.sh"), "beat"]
    link["worker"].delete("beat")
    child = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not link["worker"].llen("beat") and time.monotonic() < deadline:
            time.sleep(0.2)
        message = json.loads(link["worker"].lpop("beat"))
        assert takes("beat", message["headers"]["task"])
    finally:
        child.terminate()
        child.wait(20)


DENIED = [
    ("portal", "GET vms-backoffice:1:key"),
    ("beat", "SET vms-worker:1:key x"),
    ("beat", "GET vms-beat:1:key"),
    ("beat", "SET plan:+3225501200 {}"),
    ("beat", "XADD plans:changed * number +3225501200"),
    ("beat", "LPOP beat"),
    ("beat", "BRPOP beat 1"),
    ("beat", "DEL celery"),
    ("beat", "LRANGE beat 0 -1"),
    ("beat", "HGETALL unacked"),
    ("beat", "KEYS *"),
    ("beat", "EVAL return 0"),
    ("beat", "FUNCTION FLUSH"),
    ("beat", "PUBLISH /0.celery.pidbox x"),
    ("beat", "CLIENT TRACKING ON BCAST"),
    ("beat", "FLUSHALL"),
    ("backoffice", "SET vms-portal:1:key x"),
    ("portal", "SET plan:+3225501200 {}"),
    ("portal", "GET plan:+3225501200"),
    ("portal", "XADD plans:changed * number +3225501200"),
    ("portal", "LRANGE celery 0 -1"),
    ("portal", "RPOP celery"),
    ("portal", "DEL celery"),
    ("portal", "KEYS *"),
    ("portal", "SCAN 0"),
    ("portal", "FLUSHALL"),
    ("portal", "CONFIG GET dir"),
    ("portal", "CLIENT KILL TYPE normal"),
    ("portal", "EVAL return 0"),
    ("portal", "ACL LIST"),
    # A library is kept beside the data and seen by every process.
    ("portal", "FUNCTION FLUSH"),
    ("backoffice", "FUNCTION FLUSH"),
    ("network", "FUNCTION FLUSH"),
    ("portal", "FUNCTION DUMP"),
    # Where workers answer each other, and which queues are looked after.
    ("portal", "SMEMBERS _kombu.binding.reply.celery.pidbox"),
    ("portal", "SADD _kombu.binding.reply.celery.pidbox plan:+3225501299"),
    ("backoffice", "SREM _kombu.binding.celery.pidbox x"),
    ("backoffice", "ZADD _kombu.binding_deadlines 1 celery.pidbox"),
    ("portal", "SREM _kombu.binding.celery x"),
    ("portal", "SMOVE _kombu.binding.celery vms-portal:1:set x"),
    # Tells the names of all keys as they change.
    ("portal", "CLIENT TRACKING ON BCAST"),
    ("backoffice", "CLIENT TRACKING ON BCAST PREFIX vms-portal:"),
    ("network", "CLIENT TRACKING ON BCAST PREFIX vms-"),
    ("worker", "CLIENT TRACKING ON BCAST"),
    ("worker", "GET vms-portal:1:key"),
    ("worker", "FLUSHALL"),
    ("worker", "CONFIG SET dir /tmp"),
    ("worker", "BGSAVE"),
    ("network", "SET plan:+3225501200 {}"),
    ("network", "LPUSH celery {}"),
    ("network", "GET vms-portal:1:key"),
]


@pytest.mark.parametrize(("user", "command"), DENIED)
def test_what_a_process_may_not(link, user, command):
    name, *arguments = command.split(" ")
    if name == "EVAL":
        arguments = [" ".join(arguments), "0"]
    with pytest.raises(NoPermissionError):
        link[user].execute_command(name, *arguments)


def test_the_worker_writes_plans_and_the_network_reads_them(link):
    link["worker"].set("plan:+3225501200", "{}")
    link["worker"].xadd("plans:changed", {"number": "+3225501200"})
    assert link["network"].get("plan:+3225501200") == b"{}"
    assert link["network"].xread({"plans:changed": "0"})


def test_a_worker_takes_and_ends_tasks(server, link):
    """Celery's own worker needs locks, indexes and channels of its own."""
    environment = {
        **os.environ,
        "BROKER": url(server, "worker"),
        "VMS_EMAIL_HOST": LOOPBACK,
    }
    code = (
        "import os, celery\n"
        "app = celery.Celery('x', broker=os.environ['BROKER'])\n"
        "app.conf.task_acks_late = True\n"
        "@app.task(name='done')\n"
        "def done():\n"
        "    from redis import Redis\n"
        "    Redis.from_url(os.environ['BROKER']).set('plan:done', 1)\n"
        "app.worker_main(['worker', '-Q', 'portal', '-P', 'solo', '-l', 'ERROR'])\n"
    )
    link["worker"].delete("portal", "plan:done")
    Celery(broker=url(server, "portal"), set_as_current=False).send_task(
        "done", retry=False, queue="portal"
    )
    child = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        deadline = time.monotonic() + 40
        while not link["network"].get("plan:done") and time.monotonic() < deadline:
            time.sleep(0.2)
        assert link["network"].get("plan:done") == b"1"
        assert child.poll() is None
    finally:
        child.terminate()
        child.wait(20)
