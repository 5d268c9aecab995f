"""Home asks for the agreement, of those who may give it, until it is given."""

from django.urls import reverse

from billing.services import summaries
from billing.tasks import render_summary
from tests.support.october import NOW
from tests.support.summaries import agree, page


def home(client, member) -> str:
    client.force_login(member.user)
    return client.get("/").text


BANNER = "Your contract C-NEW waits for your agreement"


def test_home_asks_first_for_the_agreement_and_only_once(client, sent, staff, admin):
    again = summaries.draw_up(contract=sent.contract, actor=staff, now=NOW)
    render_summary(again.pk)
    assert BANNER not in home(client, admin)  # the newest cannot be agreed with yet
    again.refresh_from_db()
    summaries.send(summary=again, actor=staff, now=NOW)
    text = home(client, admin)
    assert text.count(BANNER) == 1
    main = text[text.index("<main") :]
    assert main.index(BANNER) < main.index("Last changes")
    assert page("summary_detail", again) in main
    assert page("summary_detail", sent) not in main
    assert "Agree to your contract" in main
    assert (
        "Contract summary of"
        not in client.get(
            reverse("billing:home_panel", urlconf="vms_portal.urls.portal")
        ).text
    )


def test_home_asks_no_longer_once_it_is_agreed(client, sent, admin):
    agree(sent, admin)
    text = home(client, admin)
    assert BANNER not in text
    steps = text[text.index("First steps") :]
    assert 'class="is-done"' in steps[: steps.index("Agree to your contract")]


def test_home_asks_nobody_who_sees_no_contracts(client, sent, viewer):
    assert "waits for your agreement" not in home(client, viewer)
