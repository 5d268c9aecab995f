"""What a contract summary says: the regulation's headings, every price, one page."""

import io

import pytest
from django.conf import settings
from django.utils import translation
from pypdf import PdfReader

from billing.documents.contract_summary import check_summary, price_groups
from billing.models import ContractOption
from billing.selectors.files import read_file
from billing.selectors.summary import content_of, is_outdated
from billing.services import summaries
from billing.tasks import render_summary
from tenants.models import Tenant
from tests.support.october import NOW
from tests.support.summaries import add_option, page

HEADINGS_FR = [
    "Récapitulatif contractuel",
    "Services et équipement",
    "Prix",
    "Durée, renouvellement et résiliation",
    "Caractéristiques à l’intention des utilisateurs finaux handicapés",
    "Autres informations utiles",
]


def test_it_is_rendered_in_french_as_the_regulation_asks(ready):
    assert (ready.state, ready.language) == ("ready", "fr")
    body = read_file(ready.files.get())

    assert check_summary(body, HEADINGS_FR) == []
    text = PdfReader(io.BytesIO(body)).pages[0].extract_text()
    assert "53,30" in text
    assert "0,04" in text


def test_its_prices_are_shown_in_the_language_they_were_frozen_in(client, sent, admin):
    """The labels cannot be translated any more: what stands beside them is not."""
    client.force_login(admin.user)
    text = client.get(page("summary_detail", sent)).content.decode()
    assert "as printed on the document (French)" in text
    assert "hors TVA" in text
    assert "53,30/mois" in text
    assert "/month" not in text
    admin.user.language = "fr"
    admin.user.save()
    client.force_login(admin.user)
    text = client.get(page("summary_detail", sent)).content.decode()
    assert "imprimées sur le document" not in text


def rows(summary, part: str) -> dict[str, str]:
    return dict(summary.content[part])


def test_what_is_ordered_stands_with_the_monthly_prices(draft, staff):
    add_option(draft, quantity=2)

    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    (label,) = (name for name in rows(summary, "monthly") if "×" in name)
    assert rows(summary, "monthly")[label] == "46.00"
    assert list(rows(summary, "options").values()) == ["4.00"]
    render_summary(summary.pk)
    body = read_file(summary.files.get())
    assert check_summary(body, HEADINGS_FR) == []
    assert "46,00" in PdfReader(io.BytesIO(body)).pages[0].extract_text()


def test_one_off_prices_stand_in_the_order_of_the_seed(draft, staff):
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    prices = [price for _label, price in summary.content["one_off"]]
    assert prices == ["120.00", "950.00", "50.00", "150.00", "250.00", None]


def test_what_is_optional_does_not_stand_with_what_is_due(draft, staff):
    add_option(draft, quantity=2)
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    with translation.override("en"):
        groups = {g.title: g for g in price_groups(content_of(summary))}

    assert [row.unit for row in groups["Every month"].rows] == [
        "/month",
        "/call",
        "/month",
        "/month",
    ]
    assert [row.price for row in groups["Once"].rows] == ["120.00"]
    work = groups["Further work, optional"].rows
    assert [row.price for row in work] == ["950.00", "50.00", "150.00", "250.00", ""]
    options = groups["Options, not included"]
    assert [row.price for row in options.rows] == ["4.00", "", "", ""]
    assert options.unpriced == "on request"


def test_an_ordered_option_is_not_offered_on_request_as_well(draft, staff):
    add_option(draft, code="STAT_ONLINE", quoted_price="12.00")

    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    assert len(summary.content["on_request"]) == 2


def test_a_summary_of_before_reads_as_it_was(draft, staff):
    """Codes and options on request were not kept at first."""
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)
    for key in ("codes", "on_request"):
        del summary.content[key]

    with translation.override("en"):
        groups = {g.title: g for g in price_groups(content_of(summary))}

    assert [row.price for row in groups["Once"].rows] == [
        "120.00",
        "950.00",
        "50.00",
        "150.00",
        "250.00",
        "",
    ]
    assert {row.unit for group in groups.values() for row in group.rows} == {""}
    assert not is_outdated(summary, NOW.date())


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_it_fits_one_page_in_every_language(
    acme, draft, staff, language, site, make_number
):
    Tenant.objects.filter(pk=acme.pk).update(language=language, name="W" * 40)
    draft.refresh_from_db()
    for last in range(10, 29):
        make_number(draft, site, f"+32255012{last}")
    add_option(draft, quantity=2)
    ContractOption.objects.create(
        tenant=acme,
        contract=draft,
        order=draft.orders.get(),
        code="MSG_10",
        messages=25,
        starts_on=NOW.date(),
    )
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    render_summary(summary.pk)

    summary.refresh_from_db()
    assert (summary.state, summary.problem) == ("ready", "")
    page = PdfReader(io.BytesIO(read_file(summary.files.get()))).pages[0]
    text = " ".join(page.extract_text().split())
    assert "Traffic Routing Management" in text
    assert "+32 2 550 00 00" in text
    address = settings.OPERATOR.in_language(language).legal_url
    assert address in text.replace(" ", "")
