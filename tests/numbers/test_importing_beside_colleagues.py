"""A colleague saves a site, its line or a number while a file that names it is read."""

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from contracts.models import Contract
from numbers.models import GeographicNumber, Line, Site
from numbers.services import inventory
from tests.support.number_files import HEADER
from tests.support.numbers_office import NUMBERS
from tests.support.races import while_waiting
from tests.support.roles import acting_as

pytestmark = pytest.mark.django_db(transaction=True)

IMPORT = f"{NUMBERS}import/"
NEW, LINE = "+3292501301", "+3292501399"
ROWS = f"{HEADER},line\n{NEW},Gent,DRS,2026-12-01,{LINE}\n"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def send(fresh_office, contract):
    """Check the rows, or check them before and send the confirmation."""

    def make(rows: str, *, is_check: bool):
        file = SimpleUploadedFile("numbers.csv", rows.encode(), "text/csv")
        check = partial(
            fresh_office.post, IMPORT, {"contract": contract.pk, "file": file}
        )
        if is_check:
            return check
        form = {"token": check().context["token"]}
        return partial(fresh_office.post, IMPORT, form, follow=True)

    return make


def as_staff(make) -> None:
    with acting_as("vms_staff", scope="system"):
        make()


def add_site(acme, line: str = LINE) -> None:
    site = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    Line.objects.create(tenant=acme, site=site, e164=line)


def words(answer) -> str:
    return " ".join(answer.text.split())


@pytest.mark.parametrize("is_check", [True, False])
def test_a_site_that_a_colleague_adds_meanwhile_is_a_known_one(acme, send, is_check):
    """It was an error page: the short name was there by then."""
    post = send(ROWS, is_check=is_check)
    answer = while_waiting(
        partial(as_staff, partial(add_site, acme)), lambda: None, post
    )
    assert answer.status_code == 200
    assert Site.objects.get(name="Gent").slug == "gent"
    if is_check:
        assert "1 number will be added." in answer.text
        assert "New sites" not in answer.text
        return
    assert "1 number was added, 0 changed." in answer.text
    assert GeographicNumber.objects.get(e164=NEW).site.lines.get().e164 == LINE


@pytest.mark.parametrize("is_check", [True, False])
@pytest.mark.parametrize("has_site", [True, False])
def test_another_line_that_a_colleague_gives_meanwhile_is_named(
    acme, send, has_site, is_check
):
    """Of a site that was there without a line, and of one that comes with it."""
    give: Callable[[], object]
    if has_site:
        site = Site.objects.create(tenant=acme, name="Gent", slug="gent")
        give = partial(Line.objects.create, tenant=acme, site=site, e164="+3292501398")
    else:
        give = partial(add_site, acme, "+3292501398")
    post = send(ROWS, is_check=is_check)
    answer = while_waiting(partial(as_staff, give), lambda: None, post)
    assert answer.status_code == (422 if is_check else 409)
    assert "+32 9 250 13 98" in words(answer)
    assert not GeographicNumber.objects.exists()
    assert Line.objects.get().e164 == "+3292501398"


@pytest.mark.parametrize("is_check", [True, False])
def test_a_number_that_a_colleague_adds_meanwhile_is_named(
    contract, site, send, is_check
):
    post = send(ROWS, is_check=is_check)
    add = partial(
        inventory.add_number,
        contract=contract,
        site=site,
        e164=NEW,
        option="DRS",
        activated_on=dt.date(2026, 12, 5),
        actor="test",
    )
    answer = while_waiting(partial(as_staff, add), lambda: None, post)
    assert answer.status_code == (422 if is_check else 409)
    assert "from 5 December 2026" in words(answer)
    assert GeographicNumber.objects.get().site == site


def test_the_version_of_a_moved_number_holds_what_a_colleague_did(number, staff, send):
    """It said that the number was not suspended, when it was."""
    post = send(
        f"{HEADER}\n{number.e164},Gent,CLASSIC,{number.activated_on}\n", is_check=False
    )
    suspend = partial(
        inventory.suspend_number, number=number, actor=staff, now=timezone.now()
    )
    answer = while_waiting(partial(as_staff, suspend), lambda: None, post)
    assert answer.status_code == 200
    number.refresh_from_db()
    assert (number.site.name, number.suspended_at is None) == ("Gent", False)
    newest = number.history.first()
    assert (newest.site_id, newest.suspended_at) == (
        number.site_id,
        number.suspended_at,
    )


def test_a_contract_that_gets_another_reference_meanwhile_is_the_same(
    acme, contract, load
):
    rename = partial(Contract.objects.filter(pk=contract.pk).update, reference="C-NEW")
    load_it = partial(load, ROWS)
    outcome = while_waiting(partial(as_staff, rename), lambda: None, load_it)
    assert (outcome.problems, outcome.added) == ([], 1)


def test_a_label_that_the_file_does_not_name_stays_as_a_colleague_left_it(
    number, editor, send
):
    """The old one came back, as a change by staff."""
    post = send(
        f"{HEADER}\n{number.e164},Gent,CLASSIC,{number.activated_on}\n", is_check=False
    )
    name = partial(inventory.update_label, number=number, label="Desk", member=editor)
    answer = while_waiting(partial(as_staff, name), lambda: None, post)
    assert answer.status_code == 200
    number.refresh_from_db()
    assert (number.site.name, number.label) == ("Gent", "Desk")
    assert number.history.latest().label == "Desk"
