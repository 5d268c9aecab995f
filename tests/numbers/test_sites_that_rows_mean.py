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


LONG = "residentie-aan-de-oude-vaart-van-gent-gebouw-nummer"


@pytest.mark.parametrize("is_swapped", [False, True])
@pytest.mark.parametrize("is_one_file", [True, False])
@pytest.mark.parametrize(
    ("longer", "name"),
    [
        ("A" * 51, "a" * 50),
        ("A" * 51, "A" * 50),
        # Cut at 50, at 50 behind a hyphen, and at 60 by the form of staff.
        (f"{LONG[:48]}-12", f"{LONG[:48]}-1"),
        (f"{LONG[:49]}-12", LONG[:49]),
        ("b" * 61, "b" * 60),
        (LONG.replace("-", " ") + " a", LONG[:50]),
        # The second of two cut alike is counted, behind the 50.
        (f"{LONG[:49]}1a", f"{LONG[:49]}1-2"),
    ],
)
def test_a_cut_short_name_takes_no_rows_of_another_site(
    load, acme, longer, name, is_one_file, is_swapped
):
    """Of two long names one was stored at the other, whose short name it was."""
    numbers = {longer: "+3225501300", name: "+3225501301"}
    names = [name, longer] if is_swapped else [longer, name]
    rows = [f"{numbers[one]},{one},DRS,2026-10-01,,," for one in names]
    for lines in [rows] if is_one_file else [rows[:1], rows[1:]]:
        assert load(content(*lines)).sites_added != []
    placed = GeographicNumber.objects.values_list("site__name", "e164")
    assert dict(placed) == numbers
    assert not load(content(*rows)).has_changes


@pytest.mark.parametrize("text", ["b" * 60, "B" * 60])
def test_a_short_name_that_a_form_cut_is_no_name_of_its_site(load, acme, text):
    known = Site.objects.create(tenant=acme, name="b" * 61, slug="b" * 60)
    row = "+3225501300,{},DRS,2026-10-01,,,"
    assert load(content(row.format(text))).sites_added == [text]
    assert not known.geographic_numbers.exists()


@pytest.mark.parametrize("text", ["b" * 60, "B" * 60])
def test_a_cut_short_name_tells_two_sites_of_one_name_apart(load, acme, text):
    known = Site.objects.create(tenant=acme, name="b" * 61, slug="b" * 60)
    Site.objects.create(tenant=acme, name="b" * 61, slug="b-2")
    outcome = load(content(f"+3225501300,{text},DRS,2026-10-01,,,"))
    assert (outcome.problems, outcome.sites_added) == ([], [])
    assert GeographicNumber.objects.get().site == known


@pytest.mark.parametrize("is_one_file", [True, False])
def test_a_short_name_that_was_counted_takes_no_rows_of_a_site_called_so(
    load, is_one_file
):
    """“Gent.” became gent-2: a new site Gent-2 was it, in the next file."""
    rows = [
        f"+322550130{at},{name},DRS,2026-10-01,,,"
        for at, name in enumerate(["Gent", "Gent.", "Gent-2"])
    ]
    if is_one_file:
        assert load(content(*rows)).problems == []
        names = GeographicNumber.objects.order_by("e164").values_list("site__name")
        assert [name for (name,) in names] == ["Gent", "Gent.", "Gent-2"]
        assert not load(content(*rows[::-1])).has_changes
        return
    assert load(content(*rows[:2])).problems == []
    outcome = load(content(rows[2]))
    assert codes(outcome) == [(2, "site", "counted_site")]
    assert "may be a new site, or the one with the short name gent-2" in str(
        outcome.problems[0]
    )
    # As it stands it is a short name; and in any letters where names are the same.
    assert load(content(rows[2].replace("Gent-2", "gent-2"))).added == 1
    assert GeographicNumber.objects.get(e164="+3225501302").site.name == "Gent."
    Site.objects.filter(name="Gent.").update(name="Gent")
    assert load(content(rows[2])).problems == []


@pytest.mark.parametrize("name", ["Site", "site"])
def test_the_short_name_of_a_site_without_a_latin_letter_is_no_other_site(load, name):
    rows = [
        "+3225501300,東京,DRS,2026-10-01,,,",
        f"+3225501301,{name},DRS,2026-10-01,,,",
    ]
    for row in rows:
        assert load(content(row)).problems == []
    placed = GeographicNumber.objects.order_by("e164")
    assert [number.site.name for number in placed] == ["東京", name]
    assert not load(content(*rows)).has_changes


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
