"""What each address of the portal and the API is for, so that a test can walk them.

Whoever adds an address adds a line to ``ROUTES``: tests/test_tenancy.py walks every
URL name of the portal with every method, as every role, for an object of one's own,
of a stranger and for one that does not exist. A name without a line fails.

    "calls:note": Route(POST=EDITORS, kwargs=lambda w: {"pk": w.call.pk}),

- ``GET``, ``POST``, ``PUT``, ``PATCH``, ``DELETE``: the roles that may; the others
  get 403. A method that is not named answers 405.
- ``kwargs``: the arguments of the address for a ``World`` (tests/support/world.py: a
  customer with one of everything; a new kind of object becomes a
  ``cached_property`` there). With ``kwargs`` the walk asks for a stranger's object
  and for an absent one, and wants the same 404. ``fixed`` arguments are no object.
- ``body``: what a write sends, for the world the object is of: valid, so that a leak
  would show.
- ``planted``: a body or query with a stranger's ids on one's own address. Nothing of
  the stranger's may change or show.
- ``unseen``: roles for whom the object of ``kwargs`` does not exist either.
- ``absent``: arguments of no object, when another number for the ids is not enough.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numbers.services.access import fingerprint
from tests.support.route_values import (
    Values,
    announcement,
    calendar,
    colleague,
    divert,
    divert_call,
    divert_numbers,
    divert_there,
    invoice,
    nothing,
    number,
    place,
    redirection,
    reference,
    step,
    summary,
    version,
)
from tests.support.world import ROLES, World
from vms_portal.kernel.local_time import local_date

ALL = frozenset(ROLES)
TEAM = frozenset({"admin"})
EDITORS = frozenset({"admin", "editor"})
OPERATORS = EDITORS | {"operator"}
BILLING = frozenset({"admin", "finance"})
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, kw_only=True)
class Route:
    GET: frozenset[str] = frozenset()
    POST: frozenset[str] = frozenset()
    PUT: frozenset[str] = frozenset()
    PATCH: frozenset[str] = frozenset()
    DELETE: frozenset[str] = frozenset()
    kwargs: Callable[[World], Values] | None = None
    fixed: Mapping[str, Any] | None = None
    absent: Mapping[str, Any] | None = None
    unseen: frozenset[str] = frozenset()
    body: Callable[[World], Values] = nothing
    planted: Callable[[World], Values] | None = None

    def allowed(self, method: str) -> frozenset[str]:
        return getattr(self, method)

    @property
    def methods(self) -> list[str]:
        return [method for method in METHODS if self.allowed(method)]


# Open to visitors, or about the person and no customer: signing in, languages. They
# are tested where they are built.
PUBLIC = {
    "healthz",
    "readyz",
    "metrics",
    "set_language",
    "api_reference",
    "api:schema",
    "tenants:invitation_accept",
    "tenants:invitation_kept",
}
PUBLIC_PREFIXES = ("account_", "mfa_", "usersessions_", "demo:")

ROUTES: dict[str, Route] = {
    # --- people, access, audit ---
    "tenants:profile": Route(GET=ALL, POST=ALL, body=lambda w: {"name": w.name}),
    "tenants:customer_switch": Route(
        POST=ALL, body=lambda w: {"customer": w.tenant.pk}
    ),
    "tenants:member_list": Route(GET=TEAM),
    "tenants:invitation_create": Route(
        GET=TEAM,
        POST=TEAM,
        body=lambda w: {"email": "x@example.org", "role": "admin"},
        planted=lambda w: {
            "email": w.colleague.user.email,
            "role": "admin",
            "tenant": w.tenant.pk,
        },
    ),
    "tenants:invitation_revoke": Route(
        POST=TEAM, kwargs=lambda w: {"pk": w.invitation.pk}
    ),
    "tenants:member_detail": Route(
        GET=TEAM,
        POST=TEAM,
        kwargs=colleague,
        body=lambda w: {"role": "admin", "expected": "viewer"},
    ),
    "tenants:member_deactivate": Route(POST=TEAM, kwargs=colleague),
    "tenants:member_reactivate": Route(POST=TEAM, kwargs=lambda w: {"pk": w.former.pk}),
    "tenants:token_list": Route(
        GET=ALL,
        POST=ALL,
        body=lambda w: {"name": "x", "scopes": ["numbers:read"], "days": "30"},
        planted=lambda w: {
            "name": "x",
            "scopes": ["numbers:read"],
            "days": "30",
            "member": w.colleague.pk,
            "tenant": w.tenant.pk,
        },
    ),
    "tenants:token_revoke": Route(
        POST=ALL, kwargs=lambda w: {"pk": w.token.pk}, unseen=ALL - TEAM
    ),
    "tenants:audit_list": Route(
        GET=TEAM, planted=lambda w: {"about": w.number.e164, "by": w.name}
    ),
    "tenants:audit_export": Route(GET=TEAM, planted=lambda w: {"about": w.number.e164}),
    # --- numbers ---
    "numbers:home": Route(GET=ALL),
    "numbers:checklist_dismiss": Route(POST=ALL),
    "numbers:number_list": Route(
        GET=ALL, planted=lambda w: {"site": w.site.slug, "q": w.number.e164}
    ),
    "numbers:number_export": Route(
        GET=ALL, planted=lambda w: {"site": w.site.slug, "q": w.number.e164}
    ),
    "numbers:number_label": Route(
        GET=EDITORS, POST=EDITORS, kwargs=number, body=lambda w: {"label": "Taken"}
    ),
    "numbers:site_list": Route(GET=ALL),
    "numbers:site_edit": Route(
        GET=EDITORS,
        POST=EDITORS,
        kwargs=lambda w: {"pk": w.site.pk},
        body=lambda w: {"name": "Taken", "time_zone": "Europe/Brussels"},
    ),
    "numbers:member_access": Route(
        GET=TEAM,
        POST=TEAM,
        kwargs=colleague,
        planted=lambda w: {
            "sees_all": "no",
            "sites": [w.site.slug],
            "numbers": w.number.e164,
            "expected": fingerprint(w.colleague),
        },
    ),
    # --- routing ---
    "routing:home_panel": Route(GET=ALL),
    "routing:bulk_divert": Route(
        GET=OPERATORS, POST=OPERATORS, body=divert_numbers, planted=divert_numbers
    ),
    "routing:number_detail": Route(GET=ALL, kwargs=number),
    "routing:divert": Route(
        GET=OPERATORS, POST=OPERATORS, kwargs=number, body=divert, planted=divert_there
    ),
    "routing:divert_end": Route(POST=OPERATORS, kwargs=number),
    "routing:simulate": Route(GET=ALL, kwargs=number),
    "routing:plan_edit": Route(GET=EDITORS, kwargs=number),
    "routing:plan_begin": Route(POST=EDITORS, kwargs=number),
    "routing:step_save": Route(POST=EDITORS, kwargs=number, body=step),
    "routing:step_add": Route(POST=EDITORS, kwargs=number, body=step),
    "routing:step_delete": Route(POST=EDITORS, kwargs=number, body=step),
    "routing:plan_tidy": Route(POST=EDITORS, kwargs=number, body=step),
    "routing:plan_undo": Route(POST=EDITORS, kwargs=number, body=step),
    "routing:publish": Route(POST=EDITORS, kwargs=number, body=step),
    "routing:plan_discard": Route(POST=EDITORS, kwargs=number, body=step),
    "routing:version_list": Route(GET=ALL, kwargs=number),
    "routing:version_detail": Route(GET=ALL, kwargs=version),
    "routing:version_roll_back": Route(POST=EDITORS, kwargs=version),
    "routing:continuity": Route(GET=ALL),
    "routing:continuity_on": Route(POST=OPERATORS, kwargs=number, body=divert),
    "routing:continuity_off": Route(POST=OPERATORS, kwargs=number),
    "routing:redirection_set": Route(
        POST=OPERATORS, kwargs=redirection, body=divert, planted=divert_there
    ),
    "routing:redirection_off": Route(POST=OPERATORS, kwargs=redirection),
    "routing:calendar_list": Route(GET=ALL),
    "routing:calendar_add": Route(GET=EDITORS, POST=EDITORS),
    "routing:calendar_detail": Route(GET=ALL, kwargs=calendar),
    "routing:calendar_edit": Route(GET=EDITORS, POST=EDITORS, kwargs=calendar),
    "routing:calendar_delete": Route(POST=EDITORS, kwargs=calendar),
    "routing:announcement_list": Route(GET=ALL),
    "routing:announcement_add": Route(GET=EDITORS, POST=EDITORS),
    "routing:announcement_edit": Route(
        GET=EDITORS, POST=EDITORS, kwargs=announcement, absent={"slug": "absent"}
    ),
    "routing:announcement_delete": Route(
        POST=EDITORS, kwargs=announcement, absent={"slug": "absent"}
    ),
    "routing:shared_restore": Route(
        POST=EDITORS, kwargs=lambda w: {"pk": w.shared_version.pk}
    ),
    "routing:settings": Route(GET=ALL),
    "routing:safety_save": Route(POST=EDITORS, body=divert, planted=divert_there),
    "routing:rule_add": Route(
        POST=EDITORS,
        planted=lambda w: {"kind": "block", "begins": "+3247", "number": w.number.pk},
    ),
    "routing:rule_remove": Route(POST=EDITORS, kwargs=lambda w: {"pk": w.rule.pk}),
    # --- calls ---
    "traffic:call_list": Route(
        GET=ALL,
        planted=lambda w: {**place(w), "q": w.number.e164},
    ),
    "traffic:call_export": Route(GET=ALL, planted=place),
    "traffic:call_detail": Route(
        GET=ALL,
        kwargs=lambda w: {"day": str(local_date(w.call.started_at)), "pk": w.call.pk},
    ),
    "traffic:home_panel": Route(GET=ALL),
    "traffic:number_panel": Route(GET=ALL, kwargs=number),
    "traffic:statistics": Route(GET=ALL, planted=place),
    "traffic:statistics_table": Route(
        GET=ALL,
        fixed={"table": "day"},
        planted=place,
    ),
    "traffic:statistics_export": Route(
        GET=ALL,
        fixed={"table": "day"},
        planted=place,
    ),
    # --- invoices and contracts ---
    "billing:home_panel": Route(GET=BILLING),
    "billing:estimate": Route(GET=BILLING),
    "billing:invoice_list": Route(GET=BILLING, planted=lambda w: {"year": 2026}),
    "billing:invoice_detail": Route(GET=BILLING, kwargs=invoice),
    "billing:invoice_pdf": Route(GET=BILLING, kwargs=invoice),
    "billing:contract_list": Route(GET=BILLING),
    "billing:summary_detail": Route(GET=BILLING, kwargs=summary),
    "billing:summary_pdf": Route(GET=BILLING, kwargs=summary),
    "billing:summary_agree": Route(
        POST=TEAM, kwargs=summary, body=lambda w: {"terms": "on"}
    ),
    # --- the API ---
    "api:number-list": Route(
        GET=ALL, planted=lambda w: {"site": w.site.slug, "search": w.number.e164}
    ),
    "api:number-detail": Route(GET=ALL, kwargs=number),
    "api:number-where-now": Route(GET=ALL, kwargs=number),
    "api:number-plan-versions": Route(GET=ALL, kwargs=number),
    "api:number-simulate": Route(POST=ALL, kwargs=number),
    "api:number-divert": Route(
        POST=OPERATORS,
        DELETE=OPERATORS,
        kwargs=number,
        body=divert_call,
        planted=lambda w: {"destination": w.number.e164, "number": w.number.pk},
    ),
    "api:call-list": Route(GET=ALL, planted=lambda w: {"number": w.number.e164}),
    "api:invoice-list": Route(GET=BILLING),
    "api:invoice-detail": Route(
        GET=BILLING, kwargs=reference, absent={"reference": "2019-999999"}
    ),
    "api:invoice-pdf": Route(
        GET=BILLING, kwargs=reference, absent={"reference": "2019-999999"}
    ),
}
