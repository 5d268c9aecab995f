"""A colleague stores a site, or its line, while a file that names it is imported."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError
from psycopg2.errors import UniqueViolation

MOST_TRIES = 5

P = ParamSpec("P")
R = TypeVar("R")


class Overtaken(Exception):
    """Somebody stored the same since it was read that there is none."""


@contextmanager
def noticing_others() -> Iterator[None]:
    """Raise ``Overtaken`` for a row that others stored first."""
    try:
        yield
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise Overtaken from error
        raise


def again_if_overtaken(act: Callable[P, R]) -> Callable[P, R]:
    """Do an act, which is a transaction, anew with what others stored meanwhile."""

    @wraps(act)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        for _attempt in range(MOST_TRIES - 1):
            with suppress(Overtaken):
                return act(*args, **kwargs)
        return act(*args, **kwargs)

    return tried
