"""Pages of a customer with 1,000 numbers, beside a view that does nothing."""

import json
import os
import subprocess
import sys

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.measure import Row, against, best_wall, report
from tenants.models import User
from tests.support.clients import SecretCookieClient
from vms_portal.kernel.data.row_security import person_scope

REQUESTS = 20
TARGET = 0.5
MOST_QUERIES = 15


def make_data() -> dict[str, int]:
    """The portal may not make customers and people: the back office does."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.topic", "page_data"],
        env=os.environ | {"VMS_PROCESS": "backoffice"},
        stdout=subprocess.PIPE,
        check=True,
    )
    made: dict[str, int] = json.loads(done.stdout)
    return made


def rate(client: SecretCookieClient, address: str) -> float:
    """Answers a second of this process, database included."""

    def ask() -> None:
        for _ in range(REQUESTS):
            response = client.get(address)
            assert response.status_code == 200, (address, response.status_code)

    ask()
    return REQUESTS / best_wall(ask)


def measure(
    client: SecretCookieClient, name: str, address: str, trivial: float
) -> list[Row]:
    ours = rate(client, address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    count = len(asked)
    value, theirs = f"{ours:.0f}/s", f"{trivial:.0f}/s"
    return [
        against(f"{name}, vs a trivial view", value, theirs, ours / trivial, TARGET),
        Row(
            f"{name}, statements to the database",
            str(count),
            "-",
            None,
            f"{MOST_QUERIES}",
            count <= MOST_QUERIES,
        ),
    ]


def main() -> None:
    made = make_data()
    with override_settings(ROOT_URLCONF="benchmarks.page_urls"):
        client = SecretCookieClient(SERVER_NAME="localhost")
        with person_scope(made["user"]):
            client.force_login(User.objects.get(pk=made["user"]))
        trivial = rate(client, "/bench/")
        pages = {
            "number list of 50": reverse("numbers:number_list"),
            "number page": reverse("routing:number_detail", args=[made["number"]]),
            "statistics": reverse("traffic:statistics"),
        }
        rows: list[Row] = []
        for name, address in pages.items():
            rows += measure(client, name, address, trivial)
    report(rows)
