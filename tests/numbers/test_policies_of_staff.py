"""Staff set which destinations a customer may call."""

import pytest

from numbers.models import DestinationPolicy
from numbers.services.policy import set_destination_policy
from tests.support.numbers_office import actions


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
