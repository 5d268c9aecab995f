"""Who may only look reads what is stored, and no field that only a form asks for."""

import html
import re

import pytest

from numbers.models import DestinationPolicy, Line
from tenants.models import User
from tests.support.ended_lines import GONE
from tests.support.staff_groups import join_group

SHOWN = re.compile(
    r"<label[^>]*>(.*?)</label>\s*<div class=\"readonly\">(.*?)</div>", re.S
)


def shown(client, row) -> dict[str, str]:
    """Return by their labels the fields of a page that are only read."""
    meta = row._meta
    url = f"/{meta.app_label}/{meta.model_name}/{row.pk}/change/"
    text = html.unescape(client.get(url).text)
    return {
        label.removesuffix(":").rstrip(): re.sub(r"<[^>]+>", "", value).strip()
        for label, value in SHOWN.findall(text)
    }


@pytest.fixture
def finance(staff_client, db):
    """Reads numbers, sites and policies in French, and changes none."""
    person = User.objects.create_user(
        "f@operator.example", is_staff=True, language="fr"
    )
    join_group(person, "finance")
    staff_client.force_login(person)
    return staff_client


def test_no_field_of_a_form_is_shown_to_who_may_only_look(
    finance, staff, number, gent, was_theirs, acme
):
    policy = DestinationPolicy.objects.create(
        tenant=acme, opt_in=["0800"], international=["+33", "+352"]
    )
    was_theirs(-60, -5)
    Line.objects.filter(site=gent).update(e164=GONE)
    pages = [shown(finance, row) for row in (number, policy, gent, number.contract)]
    for page in pages:
        assert page
        assert "None" not in page.values()
    for word in ("Change to", "Expected", "Opt in", "International", "Ring again"):
        assert all(word not in page for page in pages)
    assert pages[1]["Numéros spéciaux"] == "0800"
    assert pages[1]["Préfixes à l’étranger"] == "+33, +352"
    # The control: who may change them is asked for them.
    finance.force_login(staff)
    for row, field in ((number, "change_to"), (policy, "opt_in"), (gent, "ring_again")):
        meta = row._meta
        url = f"/{meta.app_label}/{meta.model_name}/{row.pk}/change/"
        assert f'name="{field}"' in finance.get(url).text
