"""The page with every component: for the demo on this machine only."""

import pytest

from tests.support.clients import ProcessClient

PARTS = [
    "chip-problem",
    'class="pager"',
    'class="timeline"',
    'class="diff"',
    'class="strip"',
    'class="meter"',
    'class="empty"',
    'class="problems"',
    'class="confirm"',
    "data-diagram",
    'class="stat card"',
    "toast-note",
]


@pytest.fixture
def demo(settings, acting_as, db):
    settings.DEMO = True
    visitor = ProcessClient("portal", acting_as, SERVER_NAME="localhost")
    visitor.urlconf = "tests.support.demo_urls"
    return visitor


def test_it_shows_every_component(demo):
    text = demo.get("/styleguide/").text
    for mark in PARTS:
        assert mark in text


def test_without_the_demo_it_does_not_exist(client, demo, settings):
    assert client.get("/styleguide/").status_code == 404
    settings.DEMO = False
    assert demo.get("/styleguide/").status_code == 404


def test_another_machine_does_not_see_it(demo):
    assert demo.get("/styleguide/", REMOTE_ADDR="192.0.2.7").status_code == 404
