"""A prepared query is the query it was made of, for every value."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.models import Member, User
from vms_portal.kernel.data.prepared import PreparedQuery


def of_person(person):
    mine = Member.objects.filter(user=person).select_related("tenant")
    return mine.order_by("tenant__name")


def test_it_gives_the_rows_and_the_statement_of_its_query(editor, admin):
    prepared = PreparedQuery(of_person)
    for member in (editor, admin):
        with CaptureQueriesContext(connection) as asked:
            rows = prepared.rows(member.user_id)
            expected = list(of_person(member.user_id))
        assert [vars(row).keys() for row in rows] == [
            vars(row).keys() for row in expected
        ]
        assert [row.pk for row in rows] == [member.pk]
        assert all(
            getattr(row, field.attname) == getattr(other, field.attname)
            for row, other in zip(rows, expected, strict=True)
            for field in Member._meta.concrete_fields
        )
        assert asked[0]["sql"] == asked[1]["sql"]


def test_what_it_joins_is_read_along(editor, django_assert_num_queries):
    prepared = PreparedQuery(of_person)
    with django_assert_num_queries(1):
        (row,) = prepared.rows(editor.user_id)
        assert row.tenant == editor.tenant
    assert row.tenant.name == editor.tenant.name
    assert not row._state.adding


def test_a_text_is_looked_up_like_a_number(editor, admin):
    prepared = PreparedQuery(lambda text: User.objects.filter(name=text))
    assert prepared.rows(admin.user.name) == [admin.user]
    assert prepared.rows("nobody's") == prepared.rows(None) == []


def test_a_value_without_rows_has_none(db):
    assert PreparedQuery(of_person).rows(0) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda key: User.objects.filter(pk=key, name="One"),
        lambda key: User.objects.filter(email="one@acme.example"),
    ],
)
def test_a_query_of_more_or_other_values_is_refused(db, make):
    with pytest.raises(ValueError, match="One parameter"):
        PreparedQuery(make).rows(1)
