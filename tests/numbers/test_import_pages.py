"""Staff check a file of numbers in the back office, then import it."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from numbers.importing import waiting
from numbers.models import GeographicNumber, Site
from routing.services.destinations import new_among
from tenants.models import AuditEvent, User
from tests.support.mails import send_due
from tests.support.numbers_office import NUMBERS, PASSWORD, actions

SAMPLE = Path(__file__).resolve().parents[2] / "demo/numbers-acme.csv"
IMPORT = f"{NUMBERS}import/"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(content: bytes | None = None) -> SimpleUploadedFile:
    data = SAMPLE.read_bytes() if content is None else content
    return SimpleUploadedFile("numbers.csv", data, "text/csv")


def check(office, contract, content=None):
    return office.post(IMPORT, {"contract": contract.pk, "file": upload(content)})


def test_a_file_is_checked_confirmed_and_imported(office, contract, staff):
    page = check(office, contract)
    assert "20 numbers will be added." in page.text
    assert "New sites: Brussels, Liège." in page.text
    assert not GeographicNumber.objects.exists()
    done = office.post(IMPORT, {"token": page.context["token"]}, follow=True)
    assert "20 numbers were added, 0 changed." in done.text
    assert GeographicNumber.objects.count() == 20
    assert AuditEvent.objects.get().actor_id == staff.pk
    again = office.post(IMPORT, {"token": page.context["token"]}, follow=True)
    assert "no longer waiting" in again.text


def test_the_name_of_a_file_is_kept_without_what_nobody_sees(office, contract):
    odd = SimpleUploadedFile("nu\u3164m\u2800bers.csv", SAMPLE.read_bytes(), "text/csv")
    page = office.post(IMPORT, {"contract": contract.pk, "file": odd})
    assert page.context["name"] == "numbers.csv"
    office.post(IMPORT, {"token": page.context["token"]})
    event = AuditEvent.objects.get(action="number.imported")
    assert event.detail["file"] == "numbers.csv"


def test_a_large_upload_is_read_from_disk(office, contract, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    token = check(office, contract).context["token"]
    office.post(IMPORT, {"token": token})
    assert GeographicNumber.objects.count() == 20


def test_problems_are_listed_by_row_and_nothing_waits(office, contract, tmp_path):
    page = check(office, contract, b"number,site,option,activated_on\n112,,X,soon\n")
    assert page.status_code == 422
    assert "Nothing was stored: 4 problems." in page.text
    assert "emergency number" in page.text
    assert not (tmp_path / waiting.FOLDER).exists()
    assert not GeographicNumber.objects.exists()


def test_the_example_is_taken_as_it_is(office, contract):
    page = office.get(IMPORT)
    assert "CLASSIC, DRS, VOICE_CONTINUITY" in page.text
    example = office.get(f"{IMPORT}example/")
    assert example["Content-Disposition"].startswith("attachment")
    assert "3 numbers will be added." in check(office, contract, example.content).text


def test_a_file_of_windows_is_taken_and_told(office, contract):
    content = SAMPLE.read_text(encoding="utf-8").encode("cp1252")
    page = check(office, contract, content)
    assert "Windows-1252" in page.text
    assert "New sites: Brussels, Liège." in page.text


def test_a_discarded_file_is_gone(office, contract, tmp_path):
    token = check(office, contract).context["token"]
    office.post(IMPORT, {"token": token, "discard": "1"})
    assert not list((tmp_path / waiting.FOLDER).iterdir())
    assert not GeographicNumber.objects.exists()


def test_what_happened_since_the_check_is_told(office, contract, site, make_number):
    token = check(office, contract).context["token"]
    make_number(contract, site, "+3225501205", activated_on=dt.date(2026, 10, 5))
    page = office.post(IMPORT, {"token": token})
    assert page.status_code == 409
    assert "The customer already has this number" in page.text
    assert GeographicNumber.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", "../../etc/passwd"])
def test_a_made_up_token_opens_nothing(office, token):
    assert (
        "no longer waiting" in office.post(IMPORT, {"token": token}, follow=True).text
    )


def test_forgotten_files_are_removed(settings):
    kept = waiting.keep(upload(), name="numbers.csv", contract=1)
    now = dt.datetime.now(dt.UTC)
    assert waiting.remove_forgotten(now) == 0
    path = Path(settings.MEDIA_ROOT) / kept.stored
    old = (now - dt.timedelta(days=2)).timestamp()
    os.utime(path, (old, old))
    assert waiting.remove_forgotten(now) == 1
    assert not path.exists()


def test_the_form_asks_for_contract_and_file(office, contract):
    assert office.get(IMPORT).status_code == 200
    page = office.post(IMPORT, {})
    assert page.context["form"].errors.keys() == {"contract", "file"}


def test_the_import_is_for_staff_who_may_add(staff_client, db):
    assert staff_client.get(IMPORT).status_code == 302
    newcomer = User.objects.create_user("new@operator.example", is_staff=True)
    staff_client.force_login(newcomer)
    assert staff_client.get(IMPORT).status_code == 403


def test_an_import_asks_again_before_a_site_rings_a_new_line(
    borrowed_office, contract, site, make_number, admin
):
    """A file may move numbers in service to a site that is made with it."""
    office = borrowed_office
    make_number(contract, site, "+3225501201")
    head = "number,site,option,activated_on,line\n"
    day = GeographicNumber.objects.get().activated_on
    file = f"{head}+3225501201,Elsewhere,CLASSIC,{day},+32470998877\n"
    token = check(office, contract, file.encode()).context["token"]
    asked = office.post(IMPORT, {"token": token})
    assert "reauthenticate" in asked["Location"]
    assert GeographicNumber.objects.get().site == site
    assert (Site.objects.count(), actions()) == (1, [])
    office.post(asked["Location"], {"password": PASSWORD})
    assert GeographicNumber.objects.get().site.name == "Elsewhere"
    assert "site.line_changed" in actions()
    (message,) = send_due()
    assert "Elsewhere: +32 470 99 88 77" in message.body


def test_an_import_of_lines_that_are_numbers_asks_again_and_mails_nobody(
    borrowed_office, contract, admin
):
    office = borrowed_office
    example = office.get(f"{IMPORT}example/").content
    token = check(office, contract, example).context["token"]
    asked = office.post(IMPORT, {"token": token})
    office.post(asked["Location"], {"password": PASSWORD})
    assert GeographicNumber.objects.count() == 3
    assert send_due() == []


def test_the_address_of_the_import_has_a_name(settings):
    settings.ROOT_URLCONF = "vms_portal.urls.backoffice"
    assert reverse("admin:numbers_geographicnumber_import") == IMPORT


@pytest.fixture
def namur(acme, contract, make_number):
    """A site without a line; its number is in service."""
    site = Site.objects.create(tenant=acme, name="Namur", slug="namur")
    make_number(contract, site, "+3281223300")
    return site


def lines_file(line, label=""):
    day = GeographicNumber.objects.get(e164="+3281223300").activated_on
    head = "number,site,option,activated_on,label,line\n"
    return f"{head}+3281223300,Namur,CLASSIC,{day},{label},{line}\n".encode()


def test_an_import_that_changes_no_number_asks_before_a_site_rings_a_new_line(
    borrowed_office, contract, namur, admin, acme
):
    """Two files wait; once the first is imported, the second adds a line alone."""
    office = borrowed_office
    tokens = [
        check(office, contract, lines_file(line, "Sales")).context["token"]
        for line in ("", "+32470998877")
    ]
    office.post(IMPORT, {"token": tokens[0]})
    asked = office.post(IMPORT, {"token": tokens[1]})
    assert "reauthenticate" in asked["Location"]
    assert not namur.lines.exists()
    assert new_among(["+32470998877"], acme) == ["+32470998877"]
    office.post(asked["Location"], {"password": PASSWORD})
    assert namur.lines.get().e164 == "+32470998877"
    (message,) = send_due()
    assert "Namur: +32 470 99 88 77" in message.body
    assert actions() == ["number.imported", "number.imported", "site.line_changed"]


def test_a_file_of_a_line_alone_is_shown_and_imported(
    fresh_office, contract, namur, admin
):
    checked = check(fresh_office, contract, lines_file("+32470998877"))
    assert "New main lines: Namur (+32 470 99 88 77)." in checked.text
    assert "There is nothing to import" not in checked.text
    done = fresh_office.post(IMPORT, {"token": checked.context["token"]}, follow=True)
    assert "New main lines: Namur (+32 470 99 88 77)." in done.text
    # The control: once the line is there, the file says nothing new.
    again = check(fresh_office, contract, lines_file("+32470998877"))
    assert "There is nothing to import" in again.text
