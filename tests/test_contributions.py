"""An app brings its own words: the apps below know nothing of it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as lazy

from tenants import checks, contributions, staff_groups
from tenants.api.authentication import has_scope
from tenants.audit.actions import ACTIONS, SUBJECTS, Subject
from tenants.audit.details import ACTORS, NAMES, VALUES
from tenants.audit.record import UnknownAction, record
from tenants.models import api_scopes
from tenants.words.failed_work import ACTS
from vms_portal import queues
from vms_portal.kernel.admin import back_office
from vms_portal.kernel.registry import Menu, Section
from vms_portal.kernel.web import navigation

APPS = ("tenants", "contracts", "numbers", "routing", "traffic", "billing", "demo")
LISTS = (ACTIONS, SUBJECTS, NAMES, VALUES, ACTORS, ACTS, api_scopes.SCOPES)


@pytest.fixture
def lists():
    """Whatever is added to them is gone after the test."""
    with (
        mock.patch.dict(ACTIONS),
        mock.patch.dict(SUBJECTS),
        mock.patch.dict(NAMES),
        mock.patch.dict(VALUES),
        mock.patch.dict(ACTORS),
        mock.patch.dict(ACTS),
        mock.patch.dict(api_scopes.SCOPES),
        mock.patch.dict(api_scopes._HOLDERS),
        mock.patch.dict(staff_groups.RIGHTS["sales"]),
    ):
        yield


def texts(file: Path) -> Iterator[str]:
    """What stands between quotes in a module, without its docstrings."""
    tree = ast.parse(file.read_text())
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in said:
            yield str(node.value)


def modules(folder: str) -> list[Path]:
    files = (settings.BASE_DIR / folder).rglob("*.py")
    return [file for file in files if "migrations" not in file.parts]


def upwards(folder: str, above: tuple[str, ...], known: set[str]) -> set[str]:
    """Texts in a folder that name a page, task, model or code of the apps above."""
    start = re.compile(rf"(?:admin:)?(?:{'|'.join(above)})(?:[:.]\w|_\w+_)")
    return {
        f"{file.name}: {text}"
        for file in modules(folder)
        for text in texts(file)
        if text in known or start.match(text)
    }


def codes() -> set[str]:
    """Acts, tasks, scopes and options that apps above the lowest one brought."""
    own = set(texts(Path(contributions.__file__)))
    return {
        code for each in LISTS for code in each if "." in code or ":" in code
    } - own | {"cfu", "cfb", "cfnr", "cfnrc", "CLASSIC", "DRS", "VOICE_CONTINUITY"}


@pytest.mark.parametrize(
    ("folder", "above"), [("vms_portal/kernel", APPS), ("tenants", APPS[1:])]
)
def test_the_lowest_app_and_the_frame_name_nothing_of_the_apps_above(folder, above):
    assert upwards(folder, above, codes()) == set()


def test_what_names_an_app_above_is_found(tmp_path, settings):
    """The control."""
    settings.BASE_DIR = tmp_path
    module = tmp_path / "low" / "module.py"
    module.parent.mkdir()
    module.write_text(
        '"""billing.tasks.sweep"""\n'
        'a = ["billing:invoice_list", "billing.tasks.sweep", "plan.published", "cfu"]\n'
        'b = ["admin:billing_invoice_changelist", "billing.Invoice", "billing"]\n'
    )
    assert upwards("low", APPS[1:], codes()) == {
        "module.py: billing:invoice_list",
        "module.py: billing.tasks.sweep",
        "module.py: plan.published",
        "module.py: cfu",
        "module.py: admin:billing_invoice_changelist",
        "module.py: billing.Invoice",
    }


def test_what_a_new_app_adds_is_shown_in_its_words(client, admin, number, lists):
    SUBJECTS.add({"campaign": Subject(lazy("Campaigns of calls"))})
    ACTIONS.add({"campaign.begun": lazy("Campaign begun")})
    NAMES.add({"pace": lazy("calls an hour")})
    VALUES.add({"slow": lazy("in their own time")})
    ACTORS.add({"campaign clock": lazy("Clock of campaigns")})
    api_scopes.add_scope("campaigns:read", lazy("Read campaigns"))
    record(
        actor="campaign clock",
        action="campaign.begun",
        target=number,
        detail={"pace": "slow"},
    )
    client.force_login(admin.user)
    (row,) = client.get("/audit/?subject=campaign").context["rows"]
    assert (row["by"], row["words"], row["details"]) == (
        "Clock of campaigns",
        "Campaign begun",
        [("calls an hour", "in their own time")],
    )
    assert "Campaigns of calls" in client.get("/audit/").text
    assert "Read campaigns" in client.get("/tokens/").text
    assert "campaigns:read" in api_scopes.scopes_of(admin)


def test_everybody_is_told_of_subjects_that_are_for_everybody(
    client, viewer, number, lists
):
    for name, for_everybody in (("campaign", True), ("dialler", False)):
        SUBJECTS.add({name: Subject(name, for_everybody)})
        ACTIONS.add({f"{name}.begun": f"{name} begun"})
        record(actor=viewer, action=f"{name}.begun", target=number)
    client.force_login(viewer.user)
    told = [change["what"] for change in client.get("/").context["changes"]]
    assert told == ["campaign begun"]


def test_a_name_is_added_once(lists):
    with pytest.raises(ImproperlyConfigured, match="plan.published"):
        ACTIONS.add({"plan.published": "Plan out"})
    assert ACTIONS["plan.published"] != "Plan out"


def test_a_process_without_words_records_nothing(number):
    with pytest.raises(UnknownAction):
        record(actor="nobody", action="number.diverted", target=number)


def test_nothing_is_amiss_at_the_start():
    assert [
        problem
        for check in (
            checks.acts_have_words,
            checks.failed_work_has_words,
            checks.queues_and_clock_name_tasks,
            checks.rights_are_of_models,
            navigation.pages_exist,
            back_office.models_of_the_menu_exist,
        )
        for problem in check(None)
    ] == []


def test_an_act_without_subject_is_found_at_the_start(lists):
    ACTIONS.add({"campaign.begun": "Campaign begun"})
    assert "Act campaign.begun has no subject." in map(
        str, (error.msg for error in checks.acts_have_words(None))
    )


def test_a_task_without_words_and_words_without_a_task_are_found(lists):
    words = ACTS.pop("billing.tasks.sweep")
    ACTS.add({"billing.tasks.swept": words})
    assert {error.msg for error in checks.failed_work_has_words(None)} == {
        "Task billing.tasks.sweep has no words.",
        "billing.tasks.swept is no act.",
    }


def test_rights_of_a_misspelt_model_are_found_at_the_start(lists):
    """Finance papers would be open to sales, as the rest of the app is."""
    staff_groups.add_rights("billing", sales={"invoces": (), "*": ("view",)})
    (error,) = checks.rights_are_of_models(None)
    assert "billing.invoces" in error.msg


def test_rights_to_no_act_and_in_no_app_are_found_at_the_start(lists):
    """Sales would see nothing, or finance papers of an app that is spelt otherwise."""
    staff_groups.add_rights("billing", sales={"*": ("veiw", "add")})
    staff_groups.add_rights("biling", sales={"*": ("view",)})
    # One text in the place of several, where nobody checks types: each letter would
    # be an act.
    one_text: Any = "view"
    staff_groups.add_rights("numbers", sales={"*": one_text})
    told = [error.msg for error in checks.rights_are_of_models(None)]
    assert set(told) == {
        "The rights of sales to billing.* name veiw, which is no act.",
        "The rights of sales name biling.*, which is no model.",
        *(
            f"The rights of sales to numbers.* name {letter}, which is no act."
            for letter in "view"
        ),
    }


def test_a_misspelt_task_of_a_queue_or_the_clock_is_found_at_the_start(monkeypatch):
    """It would be refused where it is sent, or never be done."""
    portal, routes = queues.TAKES["portal"], queues.ROUTES
    monkeypatch.setitem(queues.TAKES, "portal", portal | {"routing.tasks.compile"})
    monkeypatch.setitem(routes, "billing.tasks.rendr_*", {"queue": "documents"})
    monkeypatch.setitem(routes, "routing.tasks.push_plans", {"queue": "documents"})
    monkeypatch.setitem(checks.SCHEDULE, "sweep", {"task": "billing.tasks.swep"})
    assert {error.msg for error in checks.queues_and_clock_name_tasks(None)} == {
        "portal names routing.tasks.compile, which is no task.",
        "A route names billing.tasks.rendr_*, which is no task.",
        "routing.tasks.push_plans is sent to documents, which does not take it.",
        "schedule names billing.tasks.swep, which is no task.",
    }


def test_a_misspelt_model_in_the_menu_is_found_at_the_start(monkeypatch):
    menu: Menu[str] = Menu()
    menu.add(Section("", position=0), "tenants.Tenant", "billing.Invoce")
    monkeypatch.setattr(back_office, "MENU", menu)
    (error,) = back_office.models_of_the_menu_exist(None)
    assert "billing.Invoce" in error.msg


def test_a_scope_that_nobody_added_protects_nothing():
    with pytest.raises(LookupError):
        has_scope("number:read")


def test_entries_stand_by_their_position_whoever_comes_first():
    menu: Menu[str] = Menu()
    last, first = Section("Last", position=20), Section("First", position=10)
    menu.add(last, "c", "d", position=50)
    menu.add(first, "a")
    menu.add(last, "b", position=10)
    assert [(section.label, entries) for section, entries in menu] == [
        ("First", ("a",)),
        ("Last", ("b", "c", "d")),
    ]
