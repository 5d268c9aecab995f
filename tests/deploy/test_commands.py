"""Every command of our own image starts, once, for real."""

import subprocess
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from tenants.models import User
from tests.deploy.test_compose import OURS
from tests.support.live import is_healthy
from vms_portal.devstack import command_run
from vms_portal.devstack.instance import Instance
from vms_portal.devstack.ports import LOOPBACK, free_port
from vms_portal.devstack.processes import Child

QUEUES = {queue.name for queue in settings.CELERY_TASK_QUEUES}
TRIED_HERE = {
    "provision",
    "migrate",
    "portal",
    "backoffice",
    "worker",
    "routing",
    "beat",
}


def test_no_command_is_left_out():
    assert {service["command"][0] for service in OURS.values()} == TRIED_HERE


def finish(child, seconds: float = 60) -> int:
    return child.process.wait(seconds)


@pytest.mark.parametrize(
    ("process", "role"), [("portal", "APP"), ("backoffice", "STAFF")]
)
def test_a_web_process_answers_through_the_pool(image_process, process, role):
    port = free_port()
    child = image_process(process, role, PORT=str(port), VMS_WEB_WORKERS="1")
    child.wait_until(partial(is_healthy, port), seconds=60)
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/readyz") as answer:
        assert answer.status == 200
    check = image_process(f"check {process}", role, PORT=str(port))
    assert finish(check) == 0


def test_a_web_process_with_a_wrong_password_is_not_ready(image_process, tmp_path):
    wrong, port = tmp_path / "wrong", free_port()
    wrong.write_text("wrong")
    child = image_process(
        "portal", PORT=str(port), VMS_PASSWORD_APP_FILE=str(wrong), VMS_WEB_WORKERS="1"
    )
    child.wait_until(partial(is_healthy, port), seconds=60)
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(f"http://{LOOPBACK}:{port}/readyz")


@pytest.mark.parametrize("name", ["worker", "routing"])
def test_a_worker_answers_a_ping(image_process, name):
    child = image_process(name, "WORKER", VMS_WORKERS="1")
    child.wait_until(partial(child.logged, " ready."), seconds=60)
    assert finish(image_process(f"check {name}", "WORKER")) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"VMS_EMAIL_HOST": ""},
        {"VMS_EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
    ],
)
@pytest.mark.parametrize(
    ("command", "role"),
    [("portal", "APP"), ("backoffice", "STAFF"), ("worker", "WORKER")],
)
def test_without_a_mail_server_it_ends_with_a_sentence(
    image_process, command, role, change
):
    """Else links that open accounts would go into the log, and nowhere else."""
    child = image_process(command, role, PORT=str(free_port()), **change)
    assert finish(child) == 1
    assert "VMS_EMAIL_HOST" in child.tail()
    assert "Traceback" not in child.tail()


def test_every_queue_has_a_worker(image_process):
    heard = set()
    for name in ("worker", "routing"):
        child = image_process(name, "WORKER", VMS_WORKERS="1")
        child.wait_until(partial(child.logged, " ready."), seconds=60)
        heard |= {queue for queue in QUEUES if child.logged(f".> {queue} ")}
    assert heard == QUEUES


def options(child: Child) -> set[str]:
    """What a worker is told, but for its name and place."""
    words = [str(word) for word in child.command]
    if child.process:
        place = Path(f"/proc/{child.process.pid}/cmdline")
        words = place.read_text().split("\0")
    return {word for word in words if word.startswith("--")} - {"--hostname"}


@pytest.mark.parametrize("name", ["worker", "routing"])
def test_a_worker_is_told_the_same_in_development(image_process, name):
    child = image_process(name, "WORKER", VMS_WORKERS="1")
    child.wait_until(partial(child.logged, " ready."), seconds=60)
    developed = command_run.worker(Instance("run", tests=False), name, name, 1)
    assert options(child) == options(developed)
    assert "--without-heartbeat" in options(child)


def test_beat_starts(image_process):
    child = image_process("beat")
    child.wait_until(partial(child.logged, "beat: Starting"), seconds=60)


def test_migrate_finds_nothing_to_do(image_process):
    child = image_process("migrate", "OWNER", direct=True)
    assert finish(child) == 0, child.tail()
    assert child.logged("No migrations to apply")


def test_provision_may_be_repeated(image_process, secret_files):
    roles = ("OWNER", "APP", "STAFF", "WORKER", "NETWORK", "BACKUP")
    url = str(secret_files / "database_url")
    for _ in range(2):
        # It takes the address from the URL: the host variable would build another.
        child = image_process(
            "provision", *roles, DATABASE_URL_FILE=url, VMS_DATABASE_HOST=""
        )
        assert finish(child) == 0, child.tail()


@pytest.mark.django_db(transaction=True)
def test_the_first_member_of_staff_can_be_made(image_process):
    child = image_process(
        "manage createsuperuser --noinput --email first@operator.example",
        "STAFF",
        DJANGO_SUPERUSER_PASSWORD="correct horse battery",
        DJANGO_SUPERUSER_NAME="First",
    )
    assert finish(child) == 0, child.tail()
    assert User.objects.filter(is_superuser=True, is_staff=True).exists()


@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_taken_is_told_in_whatever_capitals(image_process):
    User.objects.create_superuser("root@operator.example", "correct horse battery")
    child = image_process(
        "manage createsuperuser --noinput --email ROOT@operator.example",
        "STAFF",
        DJANGO_SUPERUSER_PASSWORD="correct horse battery",
    )
    assert finish(child) == 1
    assert child.tail() == "CommandError: Error: That e-mail is already taken."


@pytest.mark.parametrize("given", ["0", "-1", "two", "2 --reload", " ", "1.5"])
@pytest.mark.parametrize(
    ("command", "name"), [("portal", "VMS_WEB_WORKERS"), ("worker", "VMS_WORKERS")]
)
def test_a_number_of_workers_that_is_none_is_told(command, name, given):
    """None at all would start, and serve nobody."""
    from tests.deploy.conftest import ENTRYPOINT

    done = subprocess.run(
        [str(ENTRYPOINT), command],
        env={"PATH": "/usr/bin:/bin", name: given},
        capture_output=True,
        text=True,
    )
    told = f"{name}: a whole number from 1 is expected.\n"
    assert (done.returncode, done.stderr) == (1, told)


def test_an_unknown_command_says_what_there_is():
    from tests.deploy.conftest import ENTRYPOINT

    done = subprocess.run([str(ENTRYPOINT), "dance"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "portal | backoffice" in done.stderr
