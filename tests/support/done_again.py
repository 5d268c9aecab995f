"""A test sees a deadlock, though the request that it ended is done again."""

from collections.abc import Iterator

import pytest

from vms_portal.kernel.web.deadlocks import repeated


def times() -> float:
    """How many requests were done again in this process, ever."""
    samples = [one for figure in repeated.collect() for one in figure.samples]
    return sum(one.value for one in samples if one.name.endswith("_total"))


@pytest.fixture
def may_be_done_again() -> None:
    """For tests of just that."""


@pytest.fixture(autouse=True)
def none_is_done_again(request) -> Iterator[None]:
    """Where two wait for each other both succeed, and the order is wrong."""
    before = times()
    yield
    assert "may_be_done_again" in request.fixturenames or times() == before
