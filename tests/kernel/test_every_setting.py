"""Every variable of docs/operations.md, with what nobody means.

The process ends at its start with a sentence that names the variable, or it works: no
value is taken and fails with the first request. Each case is a fork of one process
that has the libraries loaded.
"""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
ODD = ("", " ", "nonsense", "0", "-1", "é", "%zz", "http://", ",", "x" * 300)
DATABASE = "postgresql://vms_app:s3cret@localhost"
REDIS = "redis://portal:s3cret@localhost"
MORE = {
    "DATABASE_URL_APP": [
        *(DATABASE, f"{DATABASE}/", f"{DATABASE}/{'n' * 64}", f"{DATABASE}/{'é' * 32}"),
        *(f"{DATABASE}/vms?{more}" for more in ("nonsense=1", "sslmode=bogus", "x")),
        *(f"{DATABASE}/vms?{more}" for more in ("connect_timeout=abc", "keepalives=a")),
        *(f"{DATABASE}/vms?{more}" for more in ("sslrootcert=/nowhere", "sslmode")),
        *(f"{DATABASE}/vms?{more}" for more in ("dbname=x", "host=a%20b", "host=/tmp")),
        f"{DATABASE}/vms?sslrootcert=/{'n' * 5000}",
        f"{DATABASE}/vms?sslmode=require&sslrootcert=system",
        f"{DATABASE}/vms?ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2",
        *("postgresql://u:%zz@localhost/vms", "postgresql://u:p@lo cal/vms"),
        *(f"{DATABASE}:0/vms", f"{DATABASE}/vms%00", "mysql://u:p@localhost/vms"),
    ],
    "REDIS_URL": [
        *(
            f"{REDIS}/0?nonsense=1",
            f"{REDIS}/0?db=abc",
            f"{REDIS}/0?db=1",
            f"{REDIS}/x",
        ),
        *(
            f"{REDIS}/0?socket_timeout=a",
            f"{REDIS}:0/0",
            f"{REDIS}/0#x",
            "redis://a b/0",
        ),
        *(f"{REDIS}/0?ssl_cert_reqs=none", "rediss://localhost/0?ssl_cert_reqs=bogus"),
        *("rediss://localhost/0?ssl_nonsense=1", "rediss://localhost/0?ssl_keyfile"),
    ],
    "VMS_MFA_KEY": ["0" * 43, "0" * 44, "0" * 43 + "=\n", "=", "0" * 40 + "!!!!"],
    "VMS_EMAIL_BACKEND": [
        "django.core.mail.backends.smtp",
        "django.core.mail.EmailMessage",
        "django.core.mail.send_mail",
    ],
}
# Where something else than the settings reads them, and the test of that.
ELSEWHERE = {
    "DATABASE_URL": "tests/devstack/test_provisioning.py",
    "VMS_PORT": "tests/devstack/test_pieces.py",
    "VMS_BACKOFFICE_PORT": "tests/devstack/test_pieces.py",
    "VMS_PYTHON": "tests/devstack/test_the_python_it_runs_under.py",
    "VMS_WEB_WORKERS": "tests/deploy/test_commands.py",
    "VMS_WORKERS": "tests/deploy/test_commands.py",
}
READ_BY = {
    "STAFF": "backoffice",
    "BACKOFFICE": "backoffice",
    "WORKER": "worker",
    "NETWORK": "network",
    "OWNER": "owner",
    "BEAT": "beat",
}
STARTS = """
import json, os, sys
import cryptography.fernet, django.core.mail.backends.smtp, django.db.backends
import django.db.backends.postgresql.base, django.core.mail, kombu, psycopg2, redis
import vms_portal.kernel.running.logs, vms_portal.operator, vms_portal.server_addresses
import vms_portal.kernel.mail.server, logging.config

def use():
    from django.conf import settings
    from django.db import connections
    assert settings.ALLOWED_HOSTS
    logging.config.dictConfig(settings.LOGGING)
    django.core.mail.EmailMessage("s", "b", to=["a@b.example"]).message()
    if settings.MFA_KEY:
        cryptography.fernet.Fernet(settings.MFA_KEY)
    redis.ConnectionPool.from_url(settings.REDIS_URL).make_connection()
    kombu.Connection(settings.REDIS_URL)
    if settings.DATABASES["default"]:
        try:
            parameters = connections["default"].get_connection_params()
            psycopg2.connect(**{**parameters, "host": "/dev/null"})
        except psycopg2.OperationalError as error:
            assert "Not a directory" in str(error), error
    vms_portal.kernel.mail.server.require_mail_server()

results = []
for variables in json.load(sys.stdin):
    read, write = os.pipe()
    if not (child := os.fork()):
        os.dup2(write, 2)
        os.environ.clear()
        os.environ.update(variables)
        code = 0
        try:
            use()
        except SystemExit as error:
            code = 1
            os.write(2, str(error).encode())
        except BaseException as error:
            code = 3
            os.write(2, repr(error).encode()[:2000])
        os._exit(code)
    os.close(write)
    with open(read, errors="replace") as told:
        words = told.read()
    results.append([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), words])
json.dump(results, sys.stdout)
"""


def variables() -> list[str]:
    """The names in the table of the settings, each written out."""
    text = (ROOT / "docs/operations.md").read_text().split("## Settings")[1]
    rows = re.findall(r"^\| (`.*?) \|", text.split("\n## ")[0], flags=re.M)
    found = []
    for row in rows:
        first, *others = re.findall(r"`(\w+)`", row)
        stem = first.rpartition("_")[0]
        found += [first, *(o if o[0] != "_" else stem + o for o in others)]
    return found


def cases() -> list[tuple[str, str]]:
    """Each variable that the settings read, with each value."""
    found = []
    for name in set(variables()) - set(ELSEWHERE):
        found += [(name, value) for value in [*ODD, *MORE.get(name, [])]]
    return sorted(found)


def start(cases: list[tuple[str, str]]) -> list[tuple[int, str]]:
    started = []
    for name, value in cases:
        usual = {
            "DJANGO_SETTINGS_MODULE": "vms_portal.settings",
            "VMS_PROCESS": READ_BY.get(name.rpartition("_")[2], "portal"),
            "VMS_VAR": "/nowhere",
            "VMS_EMAIL_HOST": "mail.example.be",
            "VMS_HOSTS": "portal.example.be",
        }
        started.append({**usual, name: value})
    done = subprocess.run(
        [sys.executable, "-c", STARTS],
        input=json.dumps(started),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return [(code, words) for code, words in json.loads(done.stdout)]


def test_no_value_is_taken_and_fails_with_the_first_request():
    tried = cases()
    wrong = [
        (name, value, code, words)
        for (name, value), (code, words) in zip(tried, start(tried), strict=True)
        if code not in {0, 1}
        or (code == 1 and (name not in words or "s3cret" in words or "\n" in words))
    ]
    assert wrong == []
    assert len(tried) > 400


TAKEN = [
    ("DATABASE_URL_APP", f"{DATABASE}:5433/vms?sslmode=require&connect_timeout=3"),
    *(
        ("DATABASE_URL_APP", f"{DATABASE}/vms?{more}")
        for more in (
            *("ssl_max_protocol_version=TLSv1.3", "sslcrldir=/etc", "sslsni=0"),
            *("sslcompression=1", "sslkey=/etc/passwd&sslpassword=s3cret"),
            "sslmode=verify-full&sslrootcert=system",
        )
    ),
    ("DATABASE_URL_STAFF", "postgres://vms_staff:%C3%A9%2F@[::1]/vms"),
    ("DATABASE_URL_WORKER", f"{DATABASE}/{'n' * 63}"),
    (
        "DATABASE_URL_NETWORK",
        "postgresql://u:p@db.example.be,localhost/vms?options=-cx",
    ),
    ("DATABASE_URL_OWNER", "postgresql:///vms?host=/var/run/postgresql"),
    ("REDIS_URL", "rediss://x:s3cret@[::1]:6380/1?ssl_cert_reqs=required"),
    *(
        ("REDIS_URL", f"rediss://localhost/0?{more}")
        for more in (
            *("ssl_cert_reqs=CERT_REQUIRED", "ssl_cert_reqs=CERT_OPTIONAL"),
            "ssl_ca_certs=/etc/passwd&ssl_cert_reqs=CERT_NONE&ssl_ca_path=/etc",
        )
    ),
    ("REDIS_URL_BEAT", "redis://localhost"),
    ("VMS_MFA_KEY", "0" * 43 + "="),
    ("VMS_HOSTS", ".example.be"),
    ("VMS_EMAIL_BACKEND", "tests.support.no_mail.EmailBackend"),
]


def test_what_is_written_as_it_should_be_is_taken():
    """The control."""
    done = start(TAKEN)
    told = [(case[0], *one) for case, one in zip(TAKEN, done, strict=True)]
    assert [one for one in told if one[1]] == []


REFUSED = [
    *((f"DATABASE_URL_{role}", DATABASE) for role in ("APP", "OWNER")),
    ("DATABASE_URL_APP", f"{DATABASE}/vms?nonsense=1"),
    ("DATABASE_URL_APP", f"{DATABASE}/vms?sslmode=bogus"),
    ("DATABASE_URL_APP", f"{DATABASE}/vms?connect_timeout=abc"),
    ("DATABASE_URL_APP", f"{DATABASE}/{'n' * 64}"),
    *(
        ("DATABASE_URL_APP", f"{DATABASE}/vms?{more}")
        for more in (
            *("ssl_max_protocol_version=2", "sslcrldir=/nowhere", "sslsni=maybe"),
            *("sslcompression=2", "sslcert=system"),
        )
    ),
    *(
        ("REDIS_URL", f"rediss://localhost/0?{more}")
        for more in (
            *("ssl_ca_certs=/nowhere", "ssl_certfile=/nowhere", "ssl_keyfile=/etc"),
            *("ssl_ca_path=/etc/passwd", "ssl_cert_reqs=CERT_SOME"),
            *("ssl_cert_reqs=CERT_REQUIREDLY", "ssl_min_version=TLSv1.2"),
        )
    ),
    ("REDIS_URL", f"{REDIS}/0?nonsense=1"),
    ("REDIS_URL_BACKOFFICE", f"{REDIS}/0?db=abc"),
    ("VMS_HOSTS", ""),
    ("VMS_MFA_KEY", "!!!!!!!!!!"),
    ("VMS_EMAIL_BACKEND", "os.path"),
]


def test_what_would_mean_something_else_ends_the_process():
    done = start(REFUSED)
    told = [(case, *one) for case, one in zip(REFUSED, done, strict=True)]
    assert [one for one in told if one[1] != 1 or one[0][0] not in one[2]] == []


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_who_else_reads_one_tries_it(name):
    assert name in variables()
    assert name in (ROOT / ELSEWHERE[name]).read_text()
