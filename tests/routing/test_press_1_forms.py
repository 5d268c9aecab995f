"""Steps that ask who answers to press 1 are made and changed in the editor."""

import pytest
from django.urls import reverse

from tests.routing.conftest import MOBILE
from tests.support.step_forms import add, draft, save, step_of

__all__ = ["add", "draft", "save"]
CONFIRM = {"confirm": True, "confirm_s": 15}


def test_a_forward_asks_to_press_1_and_stops_asking(draft, add, save):
    add("forward", other=MOBILE, confirm="on", confirm_s="15")
    assert step_of(draft, "forward") == {
        "type": "forward",
        "destination": MOBILE,
        **CONFIRM,
    }
    save("forward", to=MOBILE, confirm="on", confirm_s="")
    assert step_of(draft, "forward")["confirm_s"] == 10
    save("forward", to=MOBILE, confirm_s="15")
    assert step_of(draft, "forward") == {"type": "forward", "destination": MOBILE}


def test_each_phone_asks_to_press_1_for_itself(draft, save, client, number):
    phones = {
        "mode": "sequential",
        "to__0": "line",
        "seconds__0": "20",
        "other__1": MOBILE,
        "seconds__1": "20",
        "exit__failed": "bye",
    }
    save("r1", **phones, confirm__1="on", confirm_s__0="7", confirm_s__1="15")
    assert step_of(draft, "r1")["targets"] == [
        {"destination": "line", "ring_s": 20},
        {"destination": MOBILE, "ring_s": 20, **CONFIRM},
    ]
    page = client.get(reverse("routing:plan_edit", args=[number.pk]), {"step": "r1"})
    form = page.context["form"]
    assert [form[f"confirm-{n}"].value() for n in range(3)] == [False, True, False]
    assert [form[f"confirm_s-{n}"].value() for n in range(3)] == [10, 15, 10]
    assert "+32 470 11 22 33 (press 1)" in page.content.decode()


def test_an_empty_line_that_asks_to_press_1_is_asked_which_phone(draft, save):
    phones = {
        "mode": "sequential",
        "to__0": MOBILE,
        "seconds__0": "20",
        "seconds__1": "20",
        "exit__failed": "bye",
    }
    answer = save("r1", **phones, confirm__1="on")
    assert answer.status_code == 422
    assert "Say which phone rings." in answer.content.decode()


@pytest.mark.parametrize(("seconds", "said"), [("4", "equal to 5"), ("21", "to 20")])
def test_the_time_to_press_1_is_refused_at_its_field(draft, add, seconds, said):
    answer = add("forward", other=MOBILE, confirm="on", confirm_s=seconds)
    assert answer.status_code == 422
    assert said in answer.content.decode()
