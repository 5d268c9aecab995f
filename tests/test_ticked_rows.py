"""Actions of the back office's lists, with keys of rows that are none."""

import pytest
from django.contrib import admin
from django.urls import reverse

NO_KEYS = ["x", "\0", "7\0", "9" * 5000, "9" * 30, "-1", "", "1.5", "\u0663", "None"]


def _name(model) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


def lists() -> list[str]:
    return sorted(map(_name, admin.site._registry))


@pytest.mark.parametrize("page", lists())
def test_an_action_on_what_is_no_row_is_refused(staff_client, staff, page):
    """In every list, by every action of its own, before and after its question."""
    staff_client.force_login(staff)
    with staff_client.as_process():
        address = reverse(f"admin:{page}_changelist")
    model = next(m for m in admin.site._registry if _name(m) == page)
    for action in ["delete_selected", *(admin.site._registry[model].actions or ())]:
        name = action if isinstance(action, str) else action.__name__
        for key in NO_KEYS:
            for more in ({}, {"index": "0"}, {"confirmed": "on", "reason": "Twice"}):
                sent = {"action": name, "_selected_action": [key], **more}
                answer = staff_client.post(address, sent)
                assert answer.status_code < 500, (name, key[:9], more)


@pytest.mark.parametrize("key", ["x", "\0", "9" * 5000])
def test_the_refusal_is_a_page(staff_client, staff, key):
    staff_client.force_login(staff)
    sent = {"action": "suspend", "_selected_action": [key]}
    answer = staff_client.post("/numbers/geographicnumber/", sent)
    assert (answer.status_code, b"<h1" in answer.content) == (400, True)
