"""The sweeper queues what is due and not done, and what waits already not again."""

from collections import Counter

import pytest
from django.core.cache import cache

from billing.tasks import render_invoice, sweep


@pytest.fixture
def queued(monkeypatch, closed) -> Counter[tuple]:
    """What was queued from here on; nobody works on it."""
    counted: Counter[tuple] = Counter()
    monkeypatch.setattr(
        "celery.app.task.Task.delay",
        lambda self, *args: counted.update([(self.name, *args)]),
    )
    cache.clear()
    return counted


def test_a_pdf_that_waits_is_not_queued_again(queued, closed):
    sweep()
    sweep()

    wanted = {("billing.tasks.render_invoice", x.pk): 1 for x in closed}
    assert queued == wanted


def test_what_ended_halfway_is_queued_anew(queued, closed, settings, tmp_path):
    sweep()
    settings.MEDIA_ROOT = tmp_path / "a file, no directory"
    settings.MEDIA_ROOT.write_text("")
    with pytest.raises(OSError, match="a file, no directory"):
        render_invoice(closed[0].pk)

    sweep()

    assert queued["billing.tasks.render_invoice", closed[0].pk] == 2
    assert queued["billing.tasks.render_invoice", closed[1].pk] == 1


def test_what_could_not_be_queued_is_tried_again(queued, closed, monkeypatch):
    def refuse(self, *args):
        raise ConnectionError

    with monkeypatch.context() as away:
        away.setattr("celery.app.task.Task.delay", refuse)
        with pytest.raises(ConnectionError):
            sweep.run()
    sweep.run()

    assert queued["billing.tasks.render_invoice", closed[0].pk] == 1
