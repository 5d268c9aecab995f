"""Queries of every request, whose SQL Django writes once a process.

Writing it takes longer than the database takes to answer; the rows become the same
objects by the same code of Django's.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import RelatedPopulator, get_related_populators

M = TypeVar("M", bound=Model)
# A value no query holds by chance; the asked one takes its place.
STAND_IN = 918_273_645
# Its types are those of the next Django, which asks for one argument more.
populators: Callable[..., list[RelatedPopulator]] = get_related_populators


class PreparedQuery(Generic[M]):
    """The rows of ``make(value)``, where ``value`` is the one thing that varies."""

    def __init__(self, make: Callable[[Any], QuerySet[M]]) -> None:
        self._make = make

    def rows(self, value: int | str | None) -> list[M]:
        sql, build = self._written
        with connection.cursor() as cursor:
            cursor.execute(sql, [value])
            return build(cursor.fetchall())

    @cached_property
    def _written(self) -> tuple[str, Callable[[list[tuple[object, ...]]], list[M]]]:
        compiler = self._make(STAND_IN).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        # Of a column of text it is text.
        if list(map(str, params)) != [str(STAND_IN)]:
            raise ValueError(f"One parameter, the value, and not {params}: {sql}")
        shape, select = compiler.klass_info, compiler.select
        start, end = shape["select_fields"][0], shape["select_fields"][-1] + 1
        names = [column[0].target.attname for column in select[start:end]]
        related = populators(shape, select, DEFAULT_DB_ALIAS)

        def build(rows: list[tuple[object, ...]]) -> list[M]:
            made = []
            for row in compiler.results_iter([rows]):
                one = shape["model"].from_db(DEFAULT_DB_ALIAS, names, row[start:end])
                for populator in related:
                    populator.populate(row, one)
                made.append(one)
            return made

        return sql, build
