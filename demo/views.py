"""One-click sign-in and the inbox of the demo. See demo/guard.py for who gets in."""

import time

from allauth.account.internal.flows.login import record_authentication
from allauth.account.stages import LoginStageController
from allauth.mfa.internal.constants import LoginStageKey
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from demo import mailbox, people
from demo.guard import local_only
from tenants.models import User
from tenants.services import person_events
from tenants.sign_in import session_rules
from vms_portal.kernel.data import row_security
from vms_portal.kernel.text import clean_text


@require_safe
@local_only
def people_list(request: HttpRequest) -> HttpResponse:
    """The people of this process, each with a button, and how to really sign in."""
    now = time.time()
    rows = [
        {
            "person": person,
            "user": user,
            "role": person.role_name(),
            "code": people.code_of(user, now),
        }
        for person in people.PEOPLE
        if (user := _find(person.email))
    ]
    context = {
        "rows": rows,
        "password": people.password(),
        "seconds": 30 - int(now) % 30,
        "other": _other_address(),
    }
    return render(request, "demo/people_list.html", context)


@require_POST
@local_only
def person_enter(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo person.

    It counts as a full sign-in, second factor included: the button stands for the
    person's password and phone. Each has a real TOTP secret to try the real way.
    """
    email = clean_text(request.POST.get("email", ""))
    user = _find(email)
    if user is None:
        raise Http404
    row_security.apply(user=user.pk)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[session_rules.SECOND_FACTOR] = "demo"
    record_authentication(request, user, "mfa", type="demo", reauthenticated=True)
    # allauth notes its own sign-ins only; list and trail have this one too.
    UserSession.objects.create_from_request(request)
    person_events.record(
        user=user, by=user, action="person.signed_in", detail={"steps": ["demo"]}
    )
    return redirect("/")


@require_safe
@local_only
def code_show(request: HttpRequest) -> HttpResponse:
    """What the demo person who is asked for it now would enter.

    At sign-in the code, after the password; to be asked once more both, because
    who came in by the button never saw the password.
    """
    stage = LoginStageController.enter(request, LoginStageKey.MFA_AUTHENTICATE.value)
    asked = stage.login.user if stage else request.user
    user = _find(getattr(asked, "email", ""))
    code = people.code_of(user, time.time()) if user else ""
    password = people.password() if user and not stage else ""
    return render(request, "demo/_code.html", {"code": code, "password": password})


@require_safe
@local_only
def mail_list(request: HttpRequest) -> HttpResponse:
    """Everything the demo's processes sent, newest first."""
    return render(request, "demo/mail_list.html", {"mails": mailbox.newest()})


def _find(email: str) -> User | None:
    """A demo person of this process."""
    in_backoffice = settings.PROCESS == "backoffice"
    if email not in [
        p.email for p in people.PEOPLE if bool(p.customer) != in_backoffice
    ]:
        return None
    with row_security.presented_email(email):
        return User.objects.filter(email=email, is_active=True).first()


def _other_address() -> str:
    in_backoffice = settings.PROCESS == "backoffice"
    address = settings.PORTAL_URL if in_backoffice else settings.BACKOFFICE_URL
    return f"{address}/demo/"
