"""A file names sites by short name or name: which one that is depends on no order."""

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numbers.models import GeographicNumber, Site
from tenants.models import AuditEvent
from tests.numbers.test_import_as_a_whole import content, files, stored, written
from tests.support.number_files import codes

TWO_OPTIONS = (
    "+3225501300,{},CLASSIC,2026-12-01,,,",
    "+3225501300,{},DRS,2026-12-01,2027-01-01,,",
)


@pytest.mark.parametrize("names", [("brussels", "Brussels"), ("BRUSSELS", "bRussels")])
@pytest.mark.parametrize("is_swapped", [False, True])
def test_a_short_name_is_read_in_capitals_or_not(load, acme, names, is_swapped):
    """Read as a name no site has, it made a site, or none: the rows' order decided."""
    Site.objects.create(tenant=acme, name="Brussels HQ", slug="brussels")
    rows = [
        row.format(name)
        for row, name in zip(
            TWO_OPTIONS, names[:: -1 if is_swapped else 1], strict=True
        )
    ]
    outcome = load(content(*(rows[::-1] if is_swapped else rows)))
    assert (outcome.problems, outcome.sites_added) == ([], [])
    assert GeographicNumber.objects.get().site.slug == "brussels"
    again = load(content(*rows))
    assert (again.unchanged, again.has_changes) == (1, False)
    assert Site.objects.count() == 1


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("names", [("brussels", "Brussels"), ("Brussels", "Namur")])
def test_rows_of_one_number_that_mean_two_sites_are_refused(
    load, acme, names, is_known
):
    """One is the short name of a site, and as a name that of another."""
    Site.objects.create(tenant=acme, name="Brussels HQ", slug="brussels")
    Site.objects.create(tenant=acme, name="Brussels", slug="brussels-2")
    if is_known:
        rows = [row.format("brussels") for row in TWO_OPTIONS]
        assert load(content(*rows)).added == 1
    before = stored(), AuditEvent.objects.count()
    for order in (names, names[::-1]):
        rows = [row.format(name) for row, name in zip(TWO_OPTIONS, order, strict=True)]
        for lines in (rows, rows[::-1]):
            outcome = load(content(*lines))
            assert codes(outcome) == [(3, "site", "rows_differ")]
            assert (stored(), AuditEvent.objects.count()) == before


def test_a_name_that_may_mean_two_sites_is_unclear(load, acme):
    """As the short name of one, or the name of another, in other letters."""
    Site.objects.create(tenant=acme, name="Brussels HQ", slug="brussels")
    Site.objects.create(tenant=acme, name="Brussels", slug="brussels-2")
    row = "+3225501300,{},DRS,2026-10-01,,,"
    outcome = load(content(row.format("BRUSSELS")))
    assert codes(outcome) == [(2, "site", "unclear_site")]
    assert "brussels, brussels-2" in str(outcome.problems[0])
    # The controls: each as it stands.
    for name, slug in (("brussels", "brussels"), ("Brussels", "brussels-2")):
        assert load(content(row.format(name))).problems == []
        assert GeographicNumber.objects.get().site.slug == slug


def test_the_short_name_of_a_new_site_takes_no_rows_of_another(load, acme):
    """``liege`` is the name of a site; that of Liège would have been it as well."""
    known = Site.objects.create(tenant=acme, name="Liege", slug="lg")
    rows = [
        "+3242501300,liege,DRS,2026-10-01,,,",
        "+3242501301,Liège,DRS,2026-10-01,,,",
    ]
    load(content(rows[0]))
    for lines in (rows, rows[::-1], rows[:1]):
        outcome = load(content(*lines))
        assert outcome.problems == []
        assert GeographicNumber.objects.get(e164="+3242501300").site == known
    assert Site.objects.get(name="Liège").slug == "liege-2"


KNOWN = [
    [],
    [("Brussels", "brussels")],
    [("Brussels", "bxl"), ("Liege", "lg")],
    [("Brussels HQ", "brussels"), ("Liège", "liege")],
    [("Brussels HQ", "brussels"), ("Brussels", "brussels-2"), ("Site", "tokyo")],
    [("東京", "site"), ("Liège", "LIEGE"), ("Other", "liege")],
]


@given(rows=files(), seed=st.integers(0, 999), known=st.sampled_from(KNOWN))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_beside_known_sites_as_well_no_order_of_rows_matters(
    load, acme, rows, seed, known
):
    shuffled = random.Random(seed).sample(rows, len(rows))
    come_to = []
    for order in (rows, shuffled):
        with transaction.atomic():
            for name, slug in known:
                Site.objects.create(tenant=acme, name=name, slug=slug)
            before, events = stored(), AuditEvent.objects.count()
            outcome = load(written(order))
            come_to.append((stored(), sorted(code for *_, code in codes(outcome))))
            # What is stored is recorded.
            is_changed = stored() != before
            assert (AuditEvent.objects.count() > events) is is_changed
            assert outcome.problems or outcome.has_changes is is_changed
            if not outcome.problems:
                assert not load(written(shuffled)).has_changes
            transaction.set_rollback(True)
    assert come_to[0] == come_to[1]
