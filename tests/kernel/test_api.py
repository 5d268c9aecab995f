"""The API describes itself, and its refusals have one form."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from rest_framework.exceptions import ValidationError

from routing.models import Override
from vms_portal.kernel.api import reference
from vms_portal.kernel.api.endpoints import Conflict, error_as_data


def test_the_description_is_valid_and_complete(tmp_path):
    file = tmp_path / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    assert "/api/v1/numbers/" in file.read_text()


def test_the_description_and_its_page_are_open(client):
    assert client.get(reverse("api:schema")).status_code == 200
    page = client.get("/api/").content.decode()
    described = client.get(reverse("api:schema"), {"format": "json"}).json()["paths"]
    for path, methods in described.items():
        for method in methods:
            assert f"{method.upper()} {path}" in page


@pytest.mark.parametrize("version", ["\n", "\0", "\r\nX: y", '"; x="é"', "2", "1"])
def test_the_description_is_of_no_version_that_somebody_makes_up(client, version):
    answer = client.get(reverse("api:schema"), {"format": "json", "version": version})
    assert answer.status_code == 200
    told = f"1 ({version})" if version == "1" else "1"
    assert answer.json()["info"]["version"] == told


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"name": ["This field is required."]}, "name: This field is required."),
        ({"rows": [{}, {"e164": ["Too long."]}]}, "rows: e164: Too long."),
        (["Not an object."], "Not an object."),
    ],
)
def test_what_is_wrong_is_told_by_field_and_as_a_sentence(found, message):
    answer = error_as_data(ValidationError(found), {})
    assert answer
    assert answer.data["error"] == "invalid"
    assert answer.data["message"] == message
    assert answer.data["detail"]


def test_a_conflict_carries_the_state(db):
    answer = error_as_data(Conflict("Too late.", "version_taken", {"version": 3}), {})
    assert answer
    assert answer.status_code == 409
    assert answer.data == {
        "error": "version_taken",
        "message": "Too late.",
        "detail": {"version": 3},
    }


def test_an_error_of_ours_is_not_dressed_up():
    assert error_as_data(RuntimeError("bug"), {}) is None


@pytest.mark.parametrize("query", ["page=0", "page=abc", "option=NONE", "search=%00"])
def test_a_query_that_makes_no_sense_is_refused(api, viewer, query):
    answer = api(viewer).get(f"/api/v1/numbers/?{query}")
    assert answer.status_code in {400, 404}
    assert re.fullmatch("[a-z_]+", answer.json()["error"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[" * 100_000, 400),
        ('{"a":' * 100_000, 400),
        ('{"caller": "' + "1" * 1_000_000 + '"}', 413),
        ('{"caller": NaN}', 400),
        ('{"at": "0001-01-01T00:00:00"}', 400),
        ('{"at": "9999-12-31T23:30:00Z"}', 400),
        ('{"caller": 1e999}', 400),
        ('{"caller": ' + "9" * 5000 + "}", 400),
        ('{"caller": "\\ud800"}', 400),
        ('{"caller": "\\u0000"}', 400),
        ('{"\\ud800": 1}', 400),
        ('{"\\ud800": 1, "\\ud800": 2}', 400),
        ('{"caller": {"\\udfff": "\\ud800"}}', 400),
        ('{"outcomes": {"\\ud800": "\\ud800"}}', 400),
        ('{"outcomes": {"+32470112233": "\\ud800"}}', 400),
        ('{"at": "\\ud800"}', 400),
        ('["\\ud800"]', 400),
        ('"\\ud800"', 400),
        (b"\xff\xfe{", 400),
        ("null", 400),
        ('{"caller": "02 550 11 00", "caller": "02 550 11 01"}', 400),
        ('{"caller": "02 550 11 00", "c\\u0061ller": "02 550 11 01"}', 400),
        ('{"at": {"a": 1, "a": 2}}', 400),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(api, viewer, number, body, status):
    address = f"/api/v1/numbers/{number.pk}/simulate/"
    answer = api(viewer).post(address, body, content_type="application/json")
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message", "detail"}


@pytest.mark.parametrize("field", ["\\ud800", "destination", "until", "note", "reason"])
def test_half_of_a_character_is_shown_by_its_code(api, editor, number, field):
    """JSON can write it, no answer can hold it."""
    address = f"/api/v1/numbers/{number.pk}/divert/"
    body = f'{{"{field}": "\\udcff"}}'
    answer = api(editor).post(address, body, content_type="application/json")
    assert answer.status_code == 400
    if field == "\\ud800":
        assert list(answer.json()["detail"]) == ["‹U+D800›"]


def test_a_diversion_to_two_destinations_is_none(api, editor, number):
    body = '{"destination": "0470 11 22 33", "destination": "0470 11 22 34"}'
    address = f"/api/v1/numbers/{number.pk}/divert/"
    answer = api(editor).post(address, body, content_type="application/json")
    assert answer.status_code == 400
    assert "'destination' is there twice" in answer.json()["message"]
    assert not Override.objects.exists()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("numbers/?option=CLASSIC&option=DRS", "option"),
        ("numbers/?page=1&page=1", "page"),
        ("calls/?number=3225501200&number=3225501201", "number"),
        ("calls/?to=2026-10-01&from=2026-10-01&to=2026-10-02", "to"),
        ("invoices/?page_size=5&page_size=6", "page_size"),
    ],
)
def test_a_parameter_said_twice_is_refused_by_its_name(api, admin, path, name):
    answer = api(admin).get(f"/api/v1/{path}")
    assert answer.status_code == 400
    assert answer.json()["detail"] == {name: ["Say this once."]}


@pytest.mark.parametrize("act", ["simulate", "divert"])
def test_a_field_nobody_knows_is_refused_by_its_name(api, editor, number, act):
    """A misspelt "until" would else be no end at all."""
    address = f"/api/v1/numbers/{number.pk}/{act}/"
    body = {"destination": "0470 11 22 33", "untill": "2026-11-27T18:00:00Z"}
    known = {"divert": {"untill"}, "simulate": {"destination", "untill"}}
    answer = api(editor).post(address, body, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()["detail"]) == known[act]
    assert not Override.objects.exists()


def test_a_page_is_never_longer_than_200(api, viewer, contract, site, make_number):
    for last in range(201):
        make_number(contract, site, f"+3225501{last:03d}")
    answer = api(viewer).get("/api/v1/numbers/?page_size=5000")
    assert len(answer.json()["results"]) == 200


def test_a_parameter_nobody_knows_is_refused_by_its_name(api, viewer):
    client = api(viewer)
    for path in (
        "numbers/?numbr=12",
        "calls/?too=2026-10-01",
        "numbers/?option=",
        "numbers/?site=",
    ):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 400, path
        name = path.partition("?")[2].partition("=")[0]
        assert list(answer.json()["detail"]) == [name]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("numbers/?page_size=1000", 200),
        ("numbers/?page_size=true", 400),
        ("numbers/?page_size=0", 400),
        ("numbers/?page_size=-1", 400),
        ("calls/?page_size=", 400),
        ("numbers/?page=", 404),
        ("calls/?to=", 400),
    ],
)
def test_a_page_that_cannot_be_counted_is_refused(api, viewer, path, status):
    assert api(viewer).get(f"/api/v1/{path}").status_code == status


def test_only_what_may_be_repeated_takes_a_key(client):
    described = client.get(reverse("api:schema"), {"format": "json"}).json()["paths"]
    with_key = {
        (path.rstrip("/").rpartition("/")[2], method)
        for path, methods in described.items()
        for method, operation in methods.items()
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "Idempotency-Key"
    }
    assert with_key == {("divert", "post"), ("divert", "delete")}


def test_the_reference_is_in_english_whoever_opens_it_first(client, db):
    reference._groups.cache_clear()
    pages = {
        language: client.get("/api/", headers={"accept-language": language}).text
        for language in ("fr", "en")
    }
    described = {
        language: page.partition('<h2 id="group-')[2]
        for language, page in pages.items()
    }
    assert "Référence de l" in pages["fr"]
    for words in ("results to return per page", '<th scope="col">Meaning</th>'):
        assert words in described["en"]
        assert words in described["fr"]
