"""What administrators read of the lines that a file adds."""

import pytest

from numbers.models import GeographicNumber, Line, Site
from routing.decisions.ended_digits import ended_digits
from tenants.models import AuditEvent
from tests.support.ended_lines import DAY, GONE
from tests.support.mails import send_due
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import local_date

HEADER = "number,site,option,activated_on,line"
EVIL = "+32499999999"


def rows(*lines: str) -> str:
    return "\n".join([HEADER, *lines, ""])


def changed_lines() -> set[str]:
    events = AuditEvent.objects.filter(action="site.line_changed")
    return {event.detail["after"] for event in events}


def test_the_mail_names_every_line_however_many_there_are(
    load, number, admin, now, site
):
    """The last of them is where a number of the customer goes from now on."""
    day = local_date(now)
    harmless = [
        f"+32255013{n:02},A{n:02},CLASSIC,{day},+3247000{n:04}" for n in range(60)
    ]
    moved = f"{number.e164},Zz,CLASSIC,{number.activated_on},{EVIL}"
    assert load(rows(*harmless, moved), now=now).problems == []
    (mail,) = send_due()
    assert "- Zz: +32 499 99 99 99 (before: no line)\n" in mail.body
    assert mail.body.count("(before: no line)") == 61
    assert "more" not in mail.body
    told = Line.objects.filter(told_at=now).values_list("e164", flat=True)
    assert EVIL in told


def test_sites_that_get_one_line_share_a_row_of_the_mail(
    load, contract, number, admin, now
):
    """A customer of 301 sites and one switchboard reads one row, and the other one."""
    day = local_date(now)
    many = [
        f"+3225{n:06},S{n:03},CLASSIC,{day},+3225550000" for n in range(600000, 600301)
    ]
    moved = f"{number.e164},Zz,CLASSIC,{number.activated_on},{EVIL}"
    assert load(rows(*many, moved), now=now).problems == []
    (mail,) = send_due()
    assert "S600019, and 281 more: +32 2 555 00 00 (before: no line)\n" in mail.body
    assert "- Zz: +32 499 99 99 99 (before: no line)\n" in mail.body
    assert mail.body.count("+32 2 555 00 00") == 1


@pytest.mark.parametrize(
    ("line", "is_moved"), [(GONE, True), (GONE, False), ("", False)]
)
def test_a_number_that_comes_with_the_file_is_a_line_they_never_had(
    load, number, admin, now, line, is_moved
):
    """Of somebody who has numbers already: another may move to it, now or later."""
    day = number.activated_on
    added = f"{GONE},Zz,CLASSIC,{day},{line}"
    moved = f"{number.e164},Zz,CLASSIC,{day},"
    outcome = load(rows(added, *([moved] if is_moved else [])), now=now)
    assert (outcome.problems, outcome.new_lines) == ([], 1)
    number.refresh_from_db()
    assert (number.site.name == "Zz") is is_moved
    assert changed_lines() == {GONE}
    (mail,) = send_due()
    assert "- Zz: +32 4 250 13 88 (before: no line)\n" in mail.body


def test_a_number_that_moves_to_a_new_site_is_told_what_it_rings(
    load, number, admin, now, contract, site, make_number
):
    """Be it another number of theirs: it rang the line of its site until now."""
    day = make_number(contract, site, GONE).activated_on
    moved = f"{number.e164},Zz,CLASSIC,{day},{GONE}"
    assert load(rows(moved), now=now).problems == []
    assert changed_lines() == {GONE}
    assert "- Zz: +32 4 250 13 88" in send_due()[0].body


def test_the_first_numbers_of_a_customer_are_no_news(load, contract, admin, now):
    """The control: nothing rang before, and the lines are numbers of their own."""
    day = local_date(now)
    file = rows(f"{GONE},Zz,CLASSIC,{day},", f"+3225501288,Zz,CLASSIC,{day},")
    assert load(file, now=now).new_lines == 1
    assert (changed_lines(), send_due()) == (set(), [])


@pytest.mark.parametrize(
    ("orders", "until"),
    [
        ([(21, 31), (32, 32), (38, 58)], 32),
        ([(6, 6), (27, 47)], 47),
        ([(27, 47), (60, 60)], 47),
        ([(27, 47), (60, None)], 47),
        ([(31, 31), (32, 32)], None),
    ],
)
def test_the_mail_says_until_when_a_line_rings_that_was_ordered_before(
    load, acme, contract, make_number, admin, now, orders, until
):
    """Orders called off, before others, right behind them, or alone."""
    today = local_date(now)
    gent = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    for first, last in orders:
        ends = None if last is None else today + last * DAY
        make_number(
            contract, gent, GONE, activated_on=today + first * DAY, released_on=ends
        )
    row = f"+3225501288,Gent,CLASSIC,{today},{GONE}"
    assert load(rows(row), now=now).problems == []
    days = [day for day in range(70) if GONE in ended_digits(acme, today + day * DAY)]
    assert (days[0] - 1 if days else None) == until
    (mail,) = send_due()
    said = "" if until is None else f" until {day_words(today + until * DAY)}"
    assert f"- Gent: +32 4 250 13 88{said} (before: no line)\n" in mail.body


@pytest.mark.parametrize("last", [10, 12])
def test_digits_of_an_order_called_off_are_chosen_as_anybodys(
    load, acme, contract, make_number, admin, now, last
):
    """The control is an order that stands: its line ends with it, as the mail says."""
    today = local_date(now)
    gent = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    begins = today + 10 * DAY
    make_number(
        contract, gent, GONE, activated_on=begins, released_on=today + last * DAY
    )
    row = f"+3225501288,Gent,CLASSIC,{today},{GONE}"
    assert load(rows(row), now=now).problems == []
    is_called_off = last == 10
    (mail,) = send_due()
    assert ("until" in mail.body) is not is_called_off
    assert (Line.objects.get(site=gent).told_at == now) is is_called_off
    for days in (0, 9, 10, 12):
        assert GONE not in ended_digits(acme, today + days * DAY)
    for days in (13, 30):
        assert (GONE not in ended_digits(acme, today + days * DAY)) is is_called_off
    assert GeographicNumber.objects.filter(e164="+3225501288", site=gent).exists()
