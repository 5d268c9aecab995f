"""A client that a program made from the API's own description, against the portal.

What the description leaves out or says wrongly, the client cannot do.
"""

import importlib
import json
import subprocess
import sys

import pytest
import requests
from openapi_spec_validator import OpenAPIV30SpecValidator

from tests.support.world import World


@pytest.fixture
def world(db) -> World:
    found = World("47", "Ourselves")
    found.everything()
    return found


@pytest.fixture
def description(live) -> dict:
    answer = requests.get(f"{live.portal}/api/v1/schema/?format=json", timeout=30)
    return answer.json()


@pytest.fixture
def generated(description, tmp_path, monkeypatch):
    """The client's package, made without a word of warning."""
    file, target = tmp_path / "openapi.json", tmp_path / "vms_client"
    file.write_text(json.dumps(description))
    tool = f"{sys.prefix}/bin/openapi-python-client"
    command = [tool, "generate", "--path", str(file), "--output-path", str(target)]
    done = subprocess.run(
        [*command, "--meta", "none", "--fail-on-warning"],
        env={"PATH": f"{sys.prefix}/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    yield lambda name: importlib.import_module(f"vms_client.{name}")
    for name in [n for n in sys.modules if n.startswith("vms_client")]:
        del sys.modules[name]


def test_the_description_is_valid_openapi(description):
    faults = OpenAPIV30SpecValidator(description).iter_errors()
    assert [fault.message for fault in faults] == []


def test_a_generated_client_diverts_simulates_and_downloads(
    generated, live, world, make_token
):
    client = generated("client").AuthenticatedClient(
        base_url=live.portal, token=make_token(world.members["admin"])
    )
    divert = generated("api.numbers.numbers_divert_create")
    made = divert.sync_detailed(
        id=world.number.pk,
        client=client,
        body=generated("models.divert").Divert(destination="line", reason="Works"),
        idempotency_key="works-1",
    )
    assert made.status_code == 201, made.content
    assert made.parsed.destination == "line"
    simulate = generated("api.numbers.numbers_simulate_create")
    told = simulate.sync(
        id=world.number.pk,
        client=client,
        body=generated("models.simulate").Simulate(caller="+32485000001"),
    )
    assert (told.result, told.destination) == ("answered", "line")
    end = generated("api.numbers.numbers_divert_destroy")
    ended = end.sync_detailed(id=world.number.pk, client=client)
    assert ended.status_code == 200
    assert ended.parsed.ended_at is not None
    again = end.sync_detailed(id=world.number.pk, client=client)
    assert (again.status_code, again.parsed.error) == (409, "nothing_to_end")


def test_a_generated_client_downloads_an_invoice(generated, live, world, make_token):
    client = generated("client").AuthenticatedClient(
        base_url=live.portal, token=make_token(world.members["admin"])
    )
    listed = generated("api.invoices.invoices_list").sync(client=client)
    reference = listed.results[0].reference
    download = generated("api.invoices.invoices_pdf_retrieve")
    answer = download.sync_detailed(reference=reference, client=client)
    assert answer.status_code == 200, answer.content
    assert answer.parsed.payload.read().startswith(b"%PDF")
