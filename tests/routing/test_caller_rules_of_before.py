"""Caller rules of before national prefixes were read over: mended and restored."""

from importlib import import_module

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from routing.decisions.simulation import simulate_number
from routing.models import ScreeningRule, SharedVersion
from routing.services import every_number
from tests.routing.conftest import facts
from vms_portal.kernel.telephony import ZERO_BELONGS, international

migration = import_module("routing.migrations.0012_caller_rules_without_prefix")
OLD = "+320475553001"


def rule(tenant, prefix, kind="block", number=None):
    return ScreeningRule.objects.create(
        tenant=tenant, kind=kind, prefix=prefix, number=number
    )


def prefixes():
    return sorted(ScreeningRule.objects.values_list("prefix", flat=True))


def mend(acting_as):
    with transaction.atomic(), acting_as("vms_owner"), connection.cursor() as cursor:
        cursor.execute(migration.MEND)


def restored(client, tenant, editor, prefix, kind="block"):
    """Return the answer to going back to a version with one rule."""
    for sequence, begins in ((1, prefix), (2, "+32475")):
        rules = [{"kind": kind, "prefix": begins, "number": ""}]
        SharedVersion.objects.create(
            tenant=tenant, kind="callers", sequence=sequence, content={"rules": rules}
        )
    first = SharedVersion.objects.get(sequence=1)
    client.force_login(editor.user)
    url = reverse("routing:shared_restore", args=[first.pk])
    return client.post(url, {"newest": 2}, follow=True)


@pytest.fixture
def kept(number, editor):
    """A version of the rules as they were, and the newest one without them."""
    for prefix in (OLD, "+330612345678", ""):
        rule(number.tenant, prefix)
    now = timezone.now()
    every_number.add_caller_rule(
        kind="block", prefix="+32499", number=None, member=editor, now=now
    )
    for row in ScreeningRule.objects.exclude(prefix="+32499"):
        every_number.remove_caller_rule(rule=row, member=editor, now=now)
    mine = SharedVersion.objects.filter(kind="callers").order_by("sequence")
    return mine.first(), mine.last()


@pytest.mark.django_db(transaction=True)
def test_rules_of_before_are_mended_once_and_those_that_are_right_stay(
    number, acme, acting_as
):
    right = ["", "+32475", "+390612", "+22607", "+25006301", "+4475012", "+7495"]
    for prefix in (OLD, OLD, "+32475553001", "+33061", "+35501", "+7495", *right[:-1]):
        rule(acme, prefix)
    rule(acme, OLD, number=number)
    rule(acme, OLD, kind="allow")
    mend(acting_as)
    mended = ["+32475553001"] * 3
    assert prefixes() == sorted([*mended, "+3361", "+3551", *right])
    mend(acting_as)
    assert len(prefixes()) == 12
    found = simulate_number(
        number, facts(number, timezone.now()), caller="+32475553001"
    )
    assert found["result"] == "hangup"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["block", "allow"])
def test_a_rule_that_would_be_a_whole_country_stays_as_it_is(
    number, acme, acting_as, kind
):
    for prefix in ("+320", "+3202", "+330", "+3301", "+3520", "+3606", "+360620"):
        rule(acme, prefix, kind)
    mend(acting_as)
    assert prefixes() == ["+320", "+322", "+330", "+331", "+3520", "+3606", "+3620"]


@pytest.mark.parametrize("kind", ["block", "allow"])
@pytest.mark.parametrize("prefix", ["+32", "+3", "+4", "+35"])
def test_a_version_with_a_rule_for_a_whole_country_is_not_restored(
    client, acme, editor, prefix, kind
):
    answer = restored(client, acme, editor, prefix, kind)
    assert "a rule for every caller in Belgium or in many countries" in answer.text
    assert prefixes() == []


@pytest.mark.parametrize("prefix", ["+1", "+7", "+33", "+322"])
def test_a_version_with_a_rule_the_form_takes_is_restored(client, acme, editor, prefix):
    """The control."""
    assert "is back" in restored(client, acme, editor, prefix).text
    assert prefixes() == [prefix]


@pytest.mark.django_db(transaction=True)
def test_the_migration_reads_numbers_as_the_forms_do(number, acme, acting_as):
    codes = [f"+{n}" for n in (1, 7, 20, 27, *range(30, 70), *range(81, 100))]
    # National notations that begin with 8 are not of this kind.
    later = (n for n in range(210, 999, 7) if n // 100 != 7)
    codes += [*map("+{}".format, later), *sorted(ZERO_BELONGS)]
    numbers = ("123456", "22123456", "0549886377", "8001234567", "8001", "50")
    written = sorted({f"{code}0{rest}" for code in codes for rest in numbers})
    for prefix in written:
        rule(acme, prefix)
    mend(acting_as)
    assert prefixes() == sorted({international(prefix) for prefix in written})


def test_a_version_of_before_comes_back_as_it_was_meant(client, number, editor, kept):
    client.force_login(editor.user)
    page = client.get(reverse("routing:settings")).text
    assert "+32 475 55 30 01" in page
    assert "+32 0475" not in page
    first, last = kept
    answer = client.post(
        reverse("routing:shared_restore", args=[first.pk]),
        {"newest": last.sequence},
        follow=True,
    )
    assert "is back" in answer.text
    assert prefixes() == ["", "+32475553001", "+33612345678"]
    found = simulate_number(
        number, facts(number, timezone.now()), caller="+32475553001"
    )
    assert found["result"] == "hangup"


@pytest.mark.parametrize("prefix", ["+3200475", "+320", "+330"])
def test_a_version_with_a_rule_that_begins_no_number_is_not_restored(
    client, acme, editor, prefix
):
    answer = restored(client, acme, editor, prefix)
    assert "a rule that begins no number" in answer.text
    assert prefixes() == []
