"""Whether every act was done by the role that does it in production is asked at the
end of a whole run (tests/support/every_act.py); here, whether it asks well."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.views.generic import DeleteView, FormView

from tenants.audit.record import record
from tenants.tasks import anchor_audit
from tests.support import acts, roles
from tests.support.act_lists import NEVER, WRITES_NO_ROW, every_act, methods
from tests.support.clients import ProcessClient
from tests.support.every_act import missing

PROFILE = ("vms_app", "POST tenants:profile")


@pytest.fixture
def done(monkeypatch) -> set[tuple[str, str]]:
    """What the test itself does, and no other."""
    found: set[tuple[str, str]] = set()
    monkeypatch.setattr(acts, "DONE", found)
    return found


@pytest.fixture
def probe(acting_as, acme):
    """Clients of the addresses that tell and write."""

    def make(process: str) -> ProcessClient:
        client = ProcessClient(process, acting_as)
        client.urlconf = "tests.support.role_urls"
        return client

    return make


def current_user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


# --- whose rights an act has -----------------------------------------------------


@pytest.mark.parametrize("process", roles.PROCESS_ROLES)
def test_a_request_has_the_rights_of_its_process(probe, process):
    assert current_user() == roles.ARRANGER
    answer = probe(process).get("/who/")
    assert answer.content.decode() == roles.PROCESS_ROLES[process][0]
    assert current_user() == roles.ARRANGER


@pytest.fixture
def event(viewer) -> None:
    with transaction.atomic():
        record(actor=viewer, action="token.created", target=viewer)


def test_a_task_has_the_rights_of_the_worker(done, event):
    anchor_audit()
    assert done == {("vms_worker", "task tenants.tasks.anchor_audit")}
    assert current_user() == roles.ARRANGER


@pytest.mark.django_db(transaction=True)
def test_a_task_has_them_on_a_connection_of_its_own(done, event):
    connection.close()
    anchor_audit()
    assert done == {("vms_worker", "task tenants.tasks.anchor_audit")}
    assert current_user() == roles.ARRANGER


@pytest.mark.django_db(transaction=True)
def test_a_connection_made_anew_widens_nothing(acting_as):
    with acting_as("vms_app", tenant=7):
        connection.close()
        assert current_user() == "vms_app"
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.tenant')")
            assert cursor.fetchone() == ("7",)
    assert current_user() == roles.ARRANGER


def test_a_command_has_the_rights_of_the_worker(done, event):
    call_command("verify_audit")
    assert done == {("vms_worker", "command verify_audit")}


# --- what counts -----------------------------------------------------------------


def test_an_act_counts_with_its_role(done, client, viewer):
    client.force_login(viewer.user)
    client.post("/profile/", {"name": "Vera", "language": "en"})
    assert PROFILE in done


def test_a_form_with_errors_counts_for_nothing(done, client, viewer):
    client.force_login(viewer.user)
    client.post("/profile/", {"name": ""})
    assert PROFILE not in done


def test_what_is_refused_counts_for_nothing(done, client, viewer):
    client.force_login(viewer.user)
    assert client.post("/team/invite/", {"email": "x@example.org"}).status_code == 403
    assert client.get("/team/").status_code == 403
    client.cookies.clear()
    assert client.get("/profile/").status_code == 302
    assert done == set()


def test_what_is_taken_back_counts_for_nothing(done, probe):
    client = probe("backoffice")
    assert client.post("/undone/").status_code == 302
    assert done == set()
    client.post("/kept/")
    assert done == {("vms_staff", "POST kept")}


def test_an_act_with_wider_rights_is_another_one(done, probe):
    client = probe("portal")
    client.role = roles.ARRANGER
    client.post("/kept/")
    assert done == {(roles.ARRANGER, "POST kept")}


def test_an_act_that_goes_on_with_wider_rights_is_another_one(done, probe):
    probe("backoffice").post("/wider/")
    assert done == {("vms_staff, then vms_arrange", "POST wider")}
    assert current_user() == roles.ARRANGER


def test_a_right_that_is_taken_away_fails_and_counts_for_nothing(done, client, viewer):
    """The control: what narrowing by one table too many does to the test of an act."""
    client.force_login(viewer.user)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE vms_owner")
            cursor.execute("REVOKE INSERT ON tenants_auditevent FROM vms_app")
            cursor.execute(f"SET ROLE {roles.ARRANGER}")
        with (
            pytest.raises(
                ProgrammingError, match="denied for table tenants_auditevent"
            ),
            transaction.atomic(),
        ):
            client.post("/profile/", {"name": "Vera", "language": "en"})
        transaction.set_rollback(True)
    assert PROFILE not in done


# --- what there is to do ---------------------------------------------------------


def test_what_was_not_done_is_told_with_who_did_it():
    (_role, name), everything = PROFILE, every_act()
    everything = {act for act in everything if act[1] not in NEVER}
    assert missing(everything) == []
    assert missing(everything - {PROFILE}) == [f"vms_app: {name}"]
    told = missing(everything - {PROFILE} | {(roles.ARRANGER, name)})
    assert told == [f"vms_app: {name} (only as ['vms_arrange'])"]
    assert missing(everything | {("vms_app", "POST healthz")}) == [
        "POST healthz: was done, and is excepted"
    ]


@pytest.mark.parametrize(
    "act",
    [
        ("vms_app", "POST routing:publish"),
        ("vms_app", "DELETE api:number-divert"),
        ("vms_app", "POST mfa_authenticate"),
        ("vms_app", "POST demo:person_enter"),
        ("vms_staff", "POST mfa_generate_recovery_codes"),
        ("vms_staff", "POST admin:billing_month_close"),
        ("vms_staff", "POST admin:numbers_geographicnumber_changelist suspend"),
        ("vms_staff", "POST admin:tenants_tenant_add"),
        ("vms_staff", "POST admin:mfa_authenticator_delete"),
        ("vms_staff", "command createsuperuser"),
        ("vms_app", "command load_demo_invitation"),
        ("vms_worker", "command verify_audit"),
        ("vms_worker", "task billing.tasks.sweep"),
    ],
)
def test_an_act_of_every_kind_is_on_the_list(act):
    assert act in every_act()


def test_what_nobody_may_is_on_no_list():
    names = {name for _role, name in every_act()}
    assert "POST admin:tenants_member_change" not in names
    assert "POST admin:tenants_tenant_delete" not in names
    assert "POST tenants:member_list" not in names


def test_every_exception_is_an_act():
    names = {name for _role, name in every_act()}
    assert {*NEVER, *WRITES_NO_ROW} - names == set()


def test_a_view_takes_what_it_says():
    class Form(FormView):
        pass

    class Delete(DeleteView):
        pass

    assert methods(Form.as_view()) == ["GET", "POST"]
    assert methods(Delete.as_view()) == ["GET", "POST", "DELETE"]
    assert methods(lambda request: None) == ["GET", "POST"]


def test_a_run_that_did_not_do_everything_fails():
    """Workers of pytest-xdist bring what they did: else no whole run would pass."""
    chosen = ["tests/look/test_dates.py", "--every-act", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *chosen],
        cwd=settings.BASE_DIR,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout
    assert " passed" in run.stdout
    assert "vms_staff: POST admin:billing_month_close\n" in run.stdout
