"""Sales staff in the back office: numbers, sites, policies and the import."""

import datetime as dt
import html
import os
import time
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from numbers.importing import waiting
from numbers.models import DestinationPolicy, GeographicNumber, Line, Site
from numbers.services.policy import set_destination_policy
from routing.services.destinations import new_among
from tenants.models import AuditEvent, User
from tests.support.mails import send_due
from vms_portal.kernel.local_time import local_date

SAMPLE = Path(__file__).resolve().parents[2] / "demo/numbers-acme.csv"
NUMBERS = "/numbers/geographicnumber/"
IMPORT = f"{NUMBERS}import/"
TOMORROW = dt.date(2099, 1, 1)
PASSWORD = "a-long-enough-secret"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office(staff_client, staff):
    staff_client.force_login(staff)
    return staff_client


@pytest.fixture
def fresh_office(office):
    """Staff who signed in a moment ago."""
    session = office.session
    typed = {"method": "password", "at": time.time(), "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [typed]
    session.save()
    return office


def upload(content: bytes | None = None) -> SimpleUploadedFile:
    data = SAMPLE.read_bytes() if content is None else content
    return SimpleUploadedFile("numbers.csv", data, "text/csv")


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


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


@pytest.mark.parametrize(
    "search",
    [
        "+3225501200",
        "02 550 12 00",
        "0032 (0)2/550.12.00",
        "5501200",
        "recep",
        "32 (0)2 550 12 00",
    ],
)
def test_a_number_is_found_in_any_notation(office, contract, site, make_number, search):
    make_number(contract, site, "+3225501200", label="Reception")
    make_number(contract, site, "+3242501300")
    page = office.get(NUMBERS, {"q": search})
    assert "+32 2 550 12 00" in page.text
    assert "+32 4 250 13 00" not in page.text


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("Support 02 550 12 00", True),
        ("Acme +3225501200", True),
        ("Brussels 02 550 12", True),
        ("Support 2nd 02 550", False),
        ("Support 550 12 00", False),
        ("Support 5501200", False),
        ("Billing 02 550 12 00", False),
        ("Support 02 550 13", False),
    ],
)
def test_a_number_is_found_among_words_by_its_beginning(
    office, contract, site, make_number, search, is_found
):
    """Never by digits in the middle of it."""
    make_number(contract, site, "+3225501200", label="Support")
    make_number(contract, site, "+3242501300", label="Sales")
    page = office.get(NUMBERS, {"q": search})
    assert ("+32 2 550 12 00" in page.text) is is_found
    assert "+32 4 250 13 00" not in page.text


@pytest.mark.parametrize(
    "query",
    ["option=DRS", "option=x", "state=suspended", "state=active", "q=%27"],
)
def test_filters_answer(office, number, query):
    assert office.get(f"{NUMBERS}?{query}").status_code == 200


def test_a_nul_is_refused(office, number):
    assert office.get(f"{NUMBERS}?q=%00").status_code == 400


def test_the_list_asks_as_often_for_3_as_for_30_numbers(
    office, contract, site, make_number, django_assert_max_num_queries
):
    for i in range(30):
        make_number(contract, site, f"+32255012{i:02d}")
    with django_assert_max_num_queries(25):
        assert office.get(NUMBERS).status_code == 200


def test_a_number_is_added_in_any_notation(office, contract, site):
    values = {
        "contract": contract.pk,
        "site": site.pk,
        "e164": "02/550.12.99",
        "label": "Desk",
        "option": "DRS",
        "activated_on": "2026-11-01",
    }
    assert office.post(f"{NUMBERS}add/", values).status_code == 302
    number = GeographicNumber.objects.get()
    assert (number.e164, number.option_on(TOMORROW)) == ("+3225501299", "DRS")
    assert number.tenant == contract.tenant
    page = office.post(f"{NUMBERS}add/", values)
    assert "in service in this period" in page.text
    assert actions() == ["number.added"]


def change(office, number, **more):
    values = {"site": number.site_id, "label": number.label, **more}
    formset = {"option_periods-TOTAL_FORMS": 0, "option_periods-INITIAL_FORMS": 0}
    return office.post(f"{NUMBERS}{number.pk}/change/", {**values, **formset})


def test_a_number_is_renamed_and_its_option_planned(office, number):
    answer = change(
        office, number, label="Front", change_to="DRS", change_from="2099-01-01"
    )
    assert answer.status_code == 302
    number.refresh_from_db()
    assert number.label == "Front"
    assert number.option_on(dt.date(2098, 12, 31)) == "CLASSIC"
    assert number.option_on(TOMORROW) == "DRS"
    assert actions() == ["number.moved", "number.option_changed"]
    assert number.history.count() >= 2


@pytest.mark.parametrize("option", ["VOICE_CONTINUITY", "DRS"])
def test_who_takes_voice_continuity_away_is_told_what_is_switched_off(
    option, office, contract, site, make_number
):
    """The control is a number that has no redirections to switch off."""
    number = make_number(contract, site, "+3225501208", option)
    values = {"change_to": "CLASSIC", "change_from": "2099-01-01"}
    asked = change(office, number, **values)
    told = "Redirections of +32 2 550 12 08 that are on are switched off on"
    assert (asked.status_code == 200 and told in asked.text) is (option != "DRS")
    change(office, number, **values, confirmed="on", reason="asked by the customer")
    assert number.option_on(TOMORROW) == "CLASSIC"


def test_a_number_gets_a_last_day_once(office, number):
    asked = change(office, number, released_on="2099-01-01")
    assert "ends for good" in asked.text
    assert f"It is the line of {number.site}" in html.unescape(asked.text)
    number.refresh_from_db()
    assert number.released_on is None
    answer = {"confirmed": "on", "reason": "moves away"}
    done = change(office, number, released_on="2099-01-01", **answer)
    assert done.status_code == 302
    change(office, number, released_on="2100-01-01", **answer)
    number.refresh_from_db()
    assert number.released_on == TOMORROW
    assert actions() == ["number.released"]
    assert AuditEvent.objects.get().detail["reason"] == "moves away"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"change_to": "DRS"}, "both the option and the day"),
        ({"change_to": "DRS", "change_from": "2026-10-05"}, "a future date"),
        ({"released_on": "2026-01-01"}, "before the first"),
        ({"change_to": "CLASSIC", "change_from": "2099-01-01"}, "already has this"),
    ],
)
def test_a_change_that_cannot_be_is_explained(office, number, values, told):
    answer = change(office, number, **values)
    if answer.status_code == 302:
        answer = office.get(f"{NUMBERS}{number.pk}/change/")
    assert told in answer.text
    assert actions() == []


def test_a_site_of_another_customer_is_refused(office, number, globex):
    theirs = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    page = change(office, number, site=theirs.pk)
    assert "belongs to another customer" in page.text


def test_selected_numbers_are_suspended_and_resumed(office, number):
    for action, suspended in (("suspend", True), ("resume", False)):
        sent = {"action": action, "_selected_action": [number.pk]}
        asked = office.post(NUMBERS, sent).content.decode()
        assert "1 number" in asked
        assert "+32 2 550 12 00" in asked
        number.refresh_from_db()
        assert (number.suspended_at is not None) is not suspended
        answer = {"confirmed": "on", "reason": "unpaid"}
        office.post(NUMBERS, sent | answer)
        number.refresh_from_db()
        assert (number.suspended_at is not None) is suspended
    assert actions() == ["number.suspended", "number.resumed"]


def test_nobody_deletes_a_number(office, number):
    assert (
        office.post(f"{NUMBERS}{number.pk}/delete/", {"post": "yes"}).status_code == 403
    )
    assert "delete_selected" not in office.get(NUMBERS).text


@pytest.mark.parametrize("page", ["", "add/", "{pk}/change/", "{pk}/history/"])
def test_the_pages_of_sites_and_numbers_open(office, number, page):
    for name, pk in (("geographicnumber", number.pk), ("site", number.site_id)):
        assert office.get(f"/numbers/{name}/{page.format(pk=pk)}").status_code == 200


def site_form(site, *lines, **more):
    values = {
        "tenant": site.tenant_id,
        "name": site.name,
        "slug": site.slug,
        "time_zone": site.time_zone,
        "lines-TOTAL_FORMS": len(lines),
        "lines-INITIAL_FORMS": sum("id" in line for line in lines),
        **more,
    }
    for place, line in enumerate(lines):
        values |= {f"lines-{place}-{key}": value for key, value in line.items()}
    return values


def test_a_line_is_changed_in_any_notation_and_recorded(fresh_office, site, admin):
    office, line = fresh_office, site.lines.get()
    row = {
        "id": line.pk,
        "site": site.pk,
        "e164": "0475 12 34 56",
        "channels": 4,
        "is_main": "on",
    }
    url = f"/numbers/site/{site.pk}/change/"
    sent = site_form(site, row) | {"confirmed": "on", "reason": "the PBX moved"}
    assert office.post(url, sent).status_code == 302
    line.refresh_from_db()
    assert (line.e164, line.channels) == ("+32475123456", 4)
    for action in ("site.changed", "site.line_changed"):
        event = AuditEvent.objects.get(action=action)
        assert event.detail["reason"] == "the PBX moved"
    assert event.detail["after"] == "+32475123456"
    (row,) = AuditEvent.objects.get(action="site.changed").detail["lines"]
    assert row["changes"]["e164"] == {"before": "+3225501200", "after": "+32475123456"}
    (message,) = send_due()
    assert message.to == [admin.user.email]
    assert "Brussels: +32 475 12 34 56 (before: +32 2 550 12 00)" in message.body


@pytest.fixture
def borrowed_office(office, staff):
    """An open back office whose person signed in a while ago."""
    staff.set_password(PASSWORD)
    staff.save()
    office.force_login(staff)
    return office


def line_rows(site, e164):
    """Forms that have calls of a site ring ``e164``, each with what it needs known."""
    line = site.lines.get()
    own = {"id": line.pk, "site": site.pk, "e164": line.e164, "channels": 4}
    other = {"site": site.pk, "e164": e164, "channels": 4}
    return {
        "another number": [own | {"e164": e164, "is_main": "on"}],
        "another line": [own, other | {"is_main": "on"}],
        "a line to become the main one": [own | {"is_main": "on"}, other],
    }


@pytest.mark.parametrize(
    "way", ["another number", "another line", "a line to become the main one"]
)
@pytest.mark.parametrize(
    ("e164", "is_asked"),
    [("+32470998877", True), ("+3225501201", True), ("+3242501300", False)],
)
def test_an_old_sign_in_is_asked_again_before_a_site_rings_a_new_line(
    borrowed_office, site, contract, make_number, acme, way, e164, is_asked
):
    """A number that somebody added is no line yet; that of another site is."""
    office = borrowed_office
    make_number(contract, site, "+3225501201")
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164="+3242501300", channels=8)
    url = f"/numbers/site/{site.pk}/change/"
    rows = line_rows(site, e164)[way]
    sent = site_form(site, *rows) | {"confirmed": "on", "reason": "PBX"}
    asked = office.post(url, sent)["Location"]
    assert ("reauthenticate" in asked) is is_asked
    assert site.lines.filter(e164=e164).exists() is not is_asked


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


@pytest.mark.parametrize("is_theirs", [True, False])
def test_a_site_rings_no_number_of_another_customer(
    is_theirs, fresh_office, site, acme, globex, make_contract, make_number
):
    """The control is the number of another customer that ended yesterday."""
    today = local_date(timezone.now())
    last = None if is_theirs else today - dt.timedelta(days=1)
    there = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    make_number(make_contract(globex), there, "+3292334455", released_on=last)
    row = {"site": site.pk, "e164": "09 233 44 55", "channels": 4}
    sent = site_form(site, row) | {"confirmed": "on", "reason": "PBX"}
    answer = fresh_office.post(f"/numbers/site/{site.pk}/change/", sent)
    told = "This is a number of another customer today."
    assert (told in answer.text) is is_theirs
    assert site.lines.filter(e164="+3292334455").exists() is not is_theirs


@pytest.mark.parametrize("more", [{"channels": 60}, {"is_main": ""}])
def test_a_line_that_became_another_customers_number_may_stay_or_go(
    more, fresh_office, site, globex, make_contract, make_number
):
    line = site.lines.get()
    there = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    make_number(make_contract(globex), there, line.e164)
    row = {
        "id": line.pk,
        "site": site.pk,
        "e164": line.e164,
        "channels": line.channels,
        "is_main": "on",
    }
    url = f"/numbers/site/{site.pk}/change/"
    sent = site_form(site, row | more) | {"confirmed": "on", "reason": "PBX"}
    assert fresh_office.post(url, sent).status_code == 302
    after = site.lines.get()
    assert (after.channels, after.is_main) != (line.channels, True)


def test_who_changes_a_main_line_is_told_how_many_numbers_follow(
    office, site, contract, make_number
):
    for number in ("+3225501201", "+3225501202"):
        make_number(contract, site, number)
    make_number(contract, site, "+3225501203", released_on=dt.date(2026, 10, 31))
    line = site.lines.get()
    url = f"/numbers/site/{site.pk}/change/"
    row = {
        "id": line.pk,
        "site": site.pk,
        "e164": "02 550 12 77",
        "channels": 4,
        "is_main": "on",
    }
    asked = office.post(url, site_form(site, row)).text
    assert "2 numbers of Brussels ring +32 2 550 12 77 at once" in asked
    gone = {key: value for key, value in row.items() if key != "is_main"}
    asked = office.post(url, site_form(site, gone | {"e164": line.e164})).text
    assert "2 numbers of Brussels have no line to ring any more." in asked
    second = {"site": site.pk, "e164": "02 550 12 78", "channels": 4, "is_main": "on"}
    asked = office.post(url, site_form(site, gone | {"e164": line.e164}, second)).text
    assert "2 numbers of Brussels ring +32 2 550 12 78 at once" in asked
    line.refresh_from_db()
    assert (line.e164, line.is_main, Line.objects.count()) == (line.e164, True, 1)
    assert not AuditEvent.objects.exists()


def test_more_channels_on_the_same_line_are_saved_without_a_question(office, site):
    line = site.lines.get()
    row = {
        "id": line.pk,
        "site": site.pk,
        "e164": line.e164,
        "channels": 60,
        "is_main": "on",
    }
    url = f"/numbers/site/{site.pk}/change/"
    assert office.post(url, site_form(site, row)).status_code == 302
    assert Line.objects.get().channels == 60


def test_who_moves_a_number_is_told_where_it_rings(office, number, acme):
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    asked = change(office, number, site=liege.pk).text
    assert "Liège has no main line: +32 2 550 12 00 has none to ring." in asked
    Line.objects.create(tenant=acme, site=liege, e164="+3242501300", channels=8)
    asked = change(office, number, site=liege.pk).text
    assert "+32 2 550 12 00 rings +32 4 250 13 00 of Liège at once." in asked
    number.refresh_from_db()
    assert number.site != liege
    change(office, number, site=liege.pk, confirmed="on", reason="moved")
    number.refresh_from_db()
    assert number.site == liege


def test_a_site_has_one_main_line(office, site):
    first = {
        "id": site.lines.get().pk,
        "site": site.pk,
        "e164": "02 550 12 00",
        "channels": 4,
        "is_main": "on",
    }
    second = {"site": site.pk, "e164": "02 550 12 01", "channels": 4, "is_main": "on"}
    page = office.post(
        f"/numbers/site/{site.pk}/change/", site_form(site, first, second)
    )
    assert "one main line only" in page.text
    assert Line.objects.count() == 1


@pytest.mark.parametrize("code", ["ABC", "0100", "10000", "B-1000"])
def test_the_postal_code_of_a_site_is_checked(office, site, code):
    url = f"/numbers/site/{site.pk}/change/"
    page = office.post(
        url, site_form(site, postal_code=code, **{"lines-TOTAL_FORMS": 0})
    )
    assert "A Belgian postal code has four digits." in page.text
    site.refresh_from_db()
    assert site.postal_code == ""


def test_a_site_without_a_main_line_is_told_about(office, acme):
    site = Site(tenant=acme, name="Namur", slug="namur", time_zone="Europe/Brussels")
    done = office.post("/numbers/site/add/", site_form(site), follow=True)
    assert "Namur has no main line yet" in done.text
    assert 'name="lines-0-e164"' in office.get("/numbers/site/add/").text


def test_a_new_site_belongs_to_the_chosen_customer(office, acme):
    site = Site(tenant=acme, name="Namur", slug="namur", time_zone="Europe/Brussels")
    row = {"e164": "081 22 33 44", "channels": 8, "is_main": "on"}
    assert office.post("/numbers/site/add/", site_form(site, row)).status_code == 302
    assert Line.objects.get().tenant == acme
    assert actions() == ["site.line_changed", "site.added"]


def test_a_policy_is_set_and_recorded(fresh_office, acme):
    office = fresh_office
    url = "/numbers/destinationpolicy/"
    values = {
        "tenant": acme.pk,
        "opt_in": ["0800"],
        "international": "+33, +352",
        "daily_cap": 5,
    }
    assert office.post(f"{url}add/", values).status_code == 302
    policy = DestinationPolicy.objects.get()
    assert (policy.opt_in, policy.international) == (["0800"], ["+33", "+352"])
    listed = office.get(url).text
    assert "+33, +352" in listed
    for page in (listed, office.get(f"{url}{policy.pk}/change/").text):
        assert "prefixes abroad" in page.lower()
        assert "special numbers" in page.lower()
        assert "approved abroad" not in page.lower()
    narrower = {**values, "international": ""}
    asked = office.post(f"{url}{policy.pk}/change/", narrower)
    assert "+33, +352" in asked.text
    policy.refresh_from_db()
    assert policy.international == ["+33", "+352"]
    answer = {"confirmed": "on", "reason": "fraud"}
    office.post(f"{url}{policy.pk}/change/", narrower | answer)
    policy.refresh_from_db()
    assert policy.international == []
    assert actions() == ["destination.policy_changed"] * 2
    assert 'value="+33' not in office.get(f"{url}{policy.pk}/change/").text


def test_an_approval_withdrawn_meanwhile_does_not_come_back(fresh_office, acme, staff):
    """Sales have the page open for one more country when fraud closes another."""
    policy = DestinationPolicy.objects.create(
        tenant=acme, opt_in=["0800"], international=["+33"]
    )
    address = f"/numbers/destinationpolicy/{policy.pk}/change/"
    form = fresh_office.get(address).context["adminform"].form
    set_destination_policy(
        tenant=acme, opt_in=[], international=[], daily_cap=20, actor=staff
    )
    typed = {
        "opt_in": ["0800"],
        "international": "+33 +352",
        "daily_cap": 20,
        "expected": form["expected"].value(),
    }
    answer = fresh_office.post(address, typed, follow=True)
    assert "Somebody else changed this record first" in answer.text
    assert "was changed successfully" not in answer.text
    assert 'value="+33 +352"' in answer.text
    policy.refresh_from_db()
    assert (policy.opt_in, policy.international) == ([], [])
    # What was typed is not saved by another click: the record is opened once more.
    again = answer.context["adminform"].form
    fresh_office.post(address, typed | {"expected": again["expected"].value()})
    policy.refresh_from_db()
    assert policy.international == []
    again = fresh_office.get(address).context["adminform"].form
    fresh_office.post(address, typed | {"expected": again["expected"].value()})
    policy.refresh_from_db()
    assert policy.international == ["+33", "+352"]


@pytest.mark.parametrize(
    "prefix", ["+881", "+32", "33", "+4470", "+", "+33x", "*", "+330", "+490", "+36 06"]
)
def test_never_allowed_prefixes_cannot_be_approved(office, acme, prefix):
    page = office.post(
        "/numbers/destinationpolicy/add/",
        {"tenant": acme.pk, "international": prefix, "daily_cap": 5},
    )
    assert "cannot be approved" in page.text
    assert not DestinationPolicy.objects.exists()


def test_the_address_of_the_import_has_a_name(settings):
    settings.ROOT_URLCONF = "vms_portal.urls.backoffice"
    assert reverse("admin:numbers_geographicnumber_import") == IMPORT
