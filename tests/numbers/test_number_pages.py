"""The list of numbers and the labels: found, paged, exported, named."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from numbers.models import (
    GeographicNumber,
    NumberAccess,
    OptionPeriod,
    ServiceOption,
    Site,
)
from numbers.services.importing import import_numbers
from tenants.models import AuditEvent, Member
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import local_date

URL = "/numbers/"
EXPORT = "/numbers/export/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def numbers(acme, contract, site, make_number):
    gent = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    made = [
        make_number(contract, site, "+3225501200", label="Reception"),
        make_number(contract, site, "+3225501201", option="DRS"),
        make_number(contract, gent, "+3292501400", label="Sales"),
    ]
    GeographicNumber.objects.filter(pk=made[1].pk).update(
        suspended_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    )
    return made


def shown(page) -> list[str]:
    return [row.number.e164 for row in page.context["rows"]]


def test_a_viewer_sees_the_numbers(client, viewer, numbers):
    client.force_login(viewer.user)
    page = client.get(URL)
    assert shown(page) == ["+3225501200", "+3225501201", "+3292501400"]
    assert "+32 9 250 14 00" in page.text
    assert "Suspended" in page.text


def test_nobody_else_sees_them(client, stranger, numbers):
    client.force_login(stranger.user)
    assert shown(client.get(URL)) == []
    assert "+32" not in client.get(EXPORT).text
    client.logout()
    assert client.get(URL).status_code == 302


@pytest.mark.parametrize(
    "text",
    [
        "+3292501400",
        "09 250 14 00",
        "0032 9/250.14.00",
        "+32 (0)9 250",
        "2501400",
        "٠٩٢٥٠١٤٠٠",
        "sales",
        "gen",
    ],
)
def test_a_number_is_found_in_any_notation_by_label_and_site(
    client, viewer, numbers, text
):
    client.force_login(viewer.user)
    assert shown(client.get(URL, {"q": text})) == ["+3292501400"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("site=gent", ["+3292501400"]),
        ("option=DRS", ["+3225501201"]),
        ("state=suspended", ["+3225501201"]),
        ("state=active&site=brussels", ["+3225501200"]),
        ("state=ended", []),
        ("state=later", []),
        ("sort=-number", ["+3292501400", "+3225501201", "+3225501200"]),
        ("sort=site&q=0", ["+3225501200", "+3225501201", "+3292501400"]),
    ],
)
def test_filters_and_order_stand_in_the_address(
    client, viewer, numbers, query, expected
):
    client.force_login(viewer.user)
    assert shown(client.get(f"{URL}?{query}")) == expected


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=" + "x" * 5000,
        "q=%25_",
        "site=nowhere",
        "option=x",
        "state=x",
        "sort=tenant__name",
        "page=x",
        "page=99999999999999999999",
        "q=%ed%a0%80",
    ],
)
def test_odd_values_are_left_out(client, viewer, numbers, query):
    client.force_login(viewer.user)
    for url in (URL, EXPORT):
        assert client.get(f"{url}?{query}").status_code == 200


def test_what_has_ended_is_out_of_the_way(client, viewer, numbers):
    past = dt.date(2026, 10, 31)
    GeographicNumber.objects.filter(pk=numbers[0].pk).update(released_on=past)
    client.force_login(viewer.user)
    assert "+3225501200" not in shown(client.get(URL))
    assert shown(client.get(f"{URL}?state=ended")) == ["+3225501200"]
    assert len(shown(client.get(f"{URL}?state=all"))) == 3


def test_as_many_questions_for_3_numbers_as_for_300(
    client, viewer, numbers, contract, site, make_number
):
    client.force_login(viewer.user)
    counts = []
    for _round in range(2):
        client.get(URL)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(URL).status_code == 200
        counts.append(len(asked))
        for i in range(300 if len(counts) == 1 else 0):
            make_number(contract, site, f"+32255{i:05d}")
    assert counts[0] == counts[1]
    assert len(client.get(URL).context["rows"]) == 50


def test_the_list_tells_where_calls_go_without_a_second_request(
    client, operator_member, numbers
):
    client.force_login(operator_member.user)
    page = client.get(URL).text
    rows = page[page.index("<tbody>") : page.index("</tbody>")].split("</tr>")
    assert "Normal" in rows[0]
    assert "Normal" in rows[2]
    assert "hx-get" not in page[page.index("<tbody>") : page.index("</main>")]


def test_a_narrowed_member_sees_granted_numbers_and_their_sites(
    client, acme, make_member, numbers
):
    narrowed = make_member(acme, Member.Role.VIEWER, sees_all_numbers=False)
    NumberAccess.objects.create(tenant=acme, member=narrowed, number=numbers[2])
    client.force_login(narrowed.user)
    page = client.get(URL)
    assert shown(page) == ["+3292501400"]
    assert "Brussels" not in page.text
    assert "550 12" not in client.get(EXPORT).text
    assert "Brussels" not in client.get("/sites/").text


def test_the_export_holds_what_the_list_shows_and_reads_back(
    client, viewer, numbers, contract
):
    client.force_login(viewer.user)
    answer = client.get(f"{EXPORT}?site=brussels")
    assert answer["Content-Disposition"].startswith(
        'attachment; filename="numbers-acme'
    )
    text = answer.content.decode()
    assert "+32 2 550 12 00" in text
    assert "+32 9" not in text
    outcome = import_numbers(
        file=io.BytesIO(answer.content),
        name="x.csv",
        contract=contract,
        actor="test",
        now=dt.datetime.now(dt.UTC),
    )
    assert (outcome.unchanged, outcome.problems) == (2, [])


def test_an_editor_names_a_number(client, editor, numbers):
    client.force_login(editor.user)
    url = reverse("numbers:number_label", args=[numbers[0].pk])
    assert "Reception" in client.get(url).text
    assert client.post(url, {"label": "Front desk"}).url == URL
    numbers[0].refresh_from_db()
    assert numbers[0].label == "Front desk"
    assert AuditEvent.objects.get().action == "number.labelled"


def test_the_label_changes_inside_the_list(client, editor, numbers):
    client.force_login(editor.user)
    url = reverse("numbers:number_label", args=[numbers[0].pk])
    assert "<h1" not in client.get(url, **HTMX).text
    answer = client.post(url, {"label": "Desk <b>"}, **HTMX)
    assert f'id="label-{numbers[0].pk}"' in answer.text
    assert "Desk &lt;b&gt;" in answer.text
    assert "Desk" in client.get(f"{url}?cancel=1", **HTMX).text


@pytest.mark.parametrize("label", ["x" * 81, "a\0b"])
def test_a_label_that_does_not_fit_is_refused(client, editor, numbers, label):
    client.force_login(editor.user)
    url = reverse("numbers:number_label", args=[numbers[0].pk])
    assert client.post(url, {"label": label}).status_code == 422
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("who", ["viewer", "operator_member", "finance"])
def test_only_editors_name_numbers(client, request, numbers, who):
    client.force_login(request.getfixturevalue(who).user)
    url = reverse("numbers:number_label", args=[numbers[0].pk])
    assert client.post(url, {"label": "x"}).status_code == 403


def test_a_number_of_another_customer_is_not_there(client, stranger, numbers):
    client.force_login(stranger.user)
    theirs = client.get(reverse("numbers:number_label", args=[numbers[0].pk]))
    absent = client.get(reverse("numbers:number_label", args=[987654321]))
    assert (theirs.status_code, absent.status_code) == (404, 404)


def test_a_number_shows_the_option_of_today_or_the_first_to_come(
    client, viewer, contract, site, make_number
):
    today = local_date(timezone.now())
    day = dt.timedelta(days=1)
    changed = make_number(contract, site, "+3225501200")
    changed.option_periods.update(ends_on=today - day)
    periods = OptionPeriod.objects
    for option, first, last in (
        (ServiceOption.DRS, today, today),
        (ServiceOption.VOICE_CONTINUITY, today + day, None),
    ):
        periods.create(
            tenant=contract.tenant,
            number=changed,
            option=option,
            starts_on=first,
            ends_on=last,
        )
    later = make_number(contract, site, "+3225501201", option="DRS")
    GeographicNumber.objects.filter(pk=later.pk).update(activated_on=today + 9 * day)
    later.option_periods.update(starts_on=today + 9 * day)
    bare = make_number(contract, site, "+3225501202")
    bare.option_periods.all().delete()
    client.force_login(viewer.user)
    rows = client.get(URL).context["rows"]
    assert [row.option for row in rows] == ["VMS DRS", "VMS DRS", "–"]
    # What the list shows, it and its file find.
    both = ["+3225501200", "+3225501201"]
    for query, found in (
        ("option=DRS", both),
        ("option=DRS&state=later", both[1:]),
        ("option=DRS&state=active", both[:1]),
        ("option=CLASSIC", []),
        ("option=VOICE_CONTINUITY", []),
    ):
        assert shown(client.get(f"{URL}?{query}")) == found
        file = client.get(f"{EXPORT}?{query}").text.splitlines()
        numbers = {line.split(";")[0] for line in file[1:]}
        assert numbers == {display(e164) for e164 in found}


def test_only_who_may_edit_is_offered_to_change_a_label(
    client, viewer, editor, numbers
):
    address = reverse("numbers:number_label", args=[numbers[0].pk])
    words = "Change the label of +32 2 550 12 00"
    for member, is_offered in ((viewer, False), (editor, True)):
        client.force_login(member.user)
        text = client.get(URL).text
        assert (f'href="{address}"' in text) is is_offered
        assert (words in text) is is_offered
