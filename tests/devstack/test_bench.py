"""The figures can be taken: a right that a topic lacks would end it."""

import os
import subprocess

import pytest

from benchmarks.topics import TOPICS
from vms_portal.devstack.layout import ROOT


def bench(*arguments, timeout):
    """As a person starts it, not as this run was started."""
    own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [ROOT / "bin" / "bench", *arguments],
        env=own | {"VMS_PYTHON": os.environ.get("VMS_PYTHON", "/usr/bin/python3")},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_a_topic_that_is_none_is_refused_before_anything_is_set_up():
    done = bench("pages", "nonsense", timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    there = (
        "No such topic: nonsense. Topics: decisions, ingest, rating, invoices, pages."
    )
    assert done.stderr.strip() == there


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_the_topics_and_sets_nothing_up(option):
    done = bench(option, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: bin/bench [topic ...]")
    assert all(topic in done.stdout for topic in TOPICS)


@pytest.mark.nightly
def test_every_topic_is_measured():
    done = bench(timeout=900)
    assert done.returncode == 0, done.stderr[-2000:]
    for topic in TOPICS:
        assert f"  {topic} ..." in done.stdout
    assert "| metric" in done.stdout
