"""Asking one address everything that tenancy promises of it."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tenants.models import ApiToken, Member
from tenants.models.api_scopes import SCOPES
from tests.support.clients import ProcessClient
from tests.support.roles import ARRANGER
from tests.support.routes import METHODS, ROUTES, Route
from tests.support.world import ROLES, World
from vms_portal.kernel.data import secret_keys

NO_ID = 987_654_321
TOKENS = re.compile(r'(csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]*"')


def names(urlconf: str) -> Iterator[str]:
    """Yield the name of every pattern, with its namespace; "" for one without."""

    def below(patterns: list[Any], prefix: str) -> Iterator[str]:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
                yield from below(entry.url_patterns, inner)
            elif isinstance(entry, URLPattern):
                yield f"{prefix}{entry.name}" if entry.name else ""

    yield from below(get_resolver(urlconf).url_patterns, "")


class Walker:
    """Walks addresses of ``urlconf`` as the people of ``own`` against ``foreign``."""

    def __init__(
        self,
        own: World,
        foreign: World,
        acting_as: Any,
        urlconf: str = "vms_portal.urls.portal",
        role: str = "vms_app",
    ) -> None:
        self.own, self.foreign, self.acting_as = own, foreign, acting_as
        self.urlconf, self.database_role = urlconf, role
        own.everything()
        foreign.everything()
        # What every request does is undone, so this is the state before each.
        self.before = self.state_of_stranger()

    def check(self, name: str, route: Route) -> None:
        """Every promise about one address; AssertionError says which is broken."""
        for method in METHODS:
            if not route.allowed(method):
                self.check_own(name, route, method, "admin")
                continue
            self.check_visitor(name, route, method)
            for role in ROLES:
                self.check_own(name, route, method, role)
                if route.kwargs:
                    self.check_foreign(name, route, method, role)
            if route.planted:
                self.check_planted(name, route, method, min(route.allowed(method)))

    def check_visitor(self, name: str, route: Route, method: str) -> None:
        with self.client(name) as client:
            answer = self.ask(client, method, self.path(name, route, self.own), {})
        told = f"{method} {name} as a visitor: {answer.status_code}"
        if name.startswith("api:"):
            assert answer.status_code == 401, told
        else:
            assert answer.status_code == 302, told
            assert answer.url.startswith("/account/login/"), f"{told} {answer.url}"

    def check_own(self, name: str, route: Route, method: str, role: str) -> None:
        body = route.body(self.own)
        with self.client(name, role) as client:
            answer = self.ask(client, method, self.path(name, route, self.own), body)
            text = self.text(answer)
        told = f"{method} {name} as {role}: {answer.status_code}"
        if not route.allowed(method):
            assert answer.status_code in {403, 405}, told
        elif role in route.unseen:
            assert answer.status_code == 404, told
        elif role in route.allowed(method):
            assert answer.status_code not in {401, 403, 404, 405}, told
            assert answer.status_code < 500 or answer.status_code == 503, told
        else:
            assert answer.status_code == 403, told
        self.check_marks(told, text)

    def check_foreign(self, name: str, route: Route, method: str, role: str) -> None:
        """A stranger's object and an absent one cannot be told apart."""
        body = route.body(self.foreign)
        with self.client(name, role) as client:
            path = self.path(name, route, self.foreign)
            answer = self.ask(client, method, path, body)
            text = self.text(answer, path)
            told = f"{method} {name} of a stranger as {role}: {answer.status_code}"
            self.check_unchanged(told, method)
        expected = 404 if role in route.allowed(method) else 403
        assert answer.status_code == expected, told
        self.check_marks(told, text)
        with self.client(name, role) as client:
            path = self.absent_path(name, route)
            absent = self.ask(client, method, path, body)
            is_same = (absent.status_code, self.text(absent, path)) == (
                answer.status_code,
                text,
            )
        assert is_same, f"{told}: not the answer of an absent one"

    def check_planted(self, name: str, route: Route, method: str, role: str) -> None:
        """A stranger's ids in a body or query change and show nothing."""
        assert route.planted
        values = route.planted(self.foreign)
        with self.client(name, role) as client:
            answer = self.ask(client, method, self.path(name, route, self.own), values)
            text = self.text(answer)
            told = f"{method} {name} with a stranger's ids as {role}"
            self.check_unchanged(told, method)
        assert answer.status_code < 500, f"{told}: {answer.status_code}"
        echoed = " ".join(map(str, values.values()))
        self.check_marks(told, text, unless=echoed)

    def check_unchanged(self, told: str, method: str) -> None:
        if method != "GET":
            assert self.state_of_stranger() == self.before, f"{told}: changed"

    def check_marks(self, told: str, text: str, unless: str = "") -> None:
        shown = [
            mark
            for mark in self.foreign.marks
            if mark in text and mark not in unless and mark.lower() not in unless
        ]
        assert not shown, f"{told}: shows {shown}"

    @contextmanager
    def client(self, name: str, role: str = "") -> Iterator[ProcessClient]:
        """A client of one of our people; what it does is undone afterwards."""
        with transaction.atomic():
            client = ProcessClient("portal", self.acting_as)
            client.urlconf, client.role = self.urlconf, self.database_role
            if role and name.startswith("api:"):
                secret = self.token_of(self.own.members[role])
                client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
            elif role:
                client.force_login(self.own.members[role].user)
            yield client
            transaction.set_rollback(True)

    def token_of(self, member: Member, scopes: Sequence[str] = tuple(SCOPES)) -> str:
        secret = secret_keys.new_secret("vms")
        ApiToken.objects.create(
            tenant=member.tenant,
            member=member,
            name="walk",
            prefix=secret[:12],
            token_hash=secret_keys.digest(secret),
            scopes=list(scopes),
            expires_at=self.own.now + dt.timedelta(days=1),
        )
        return secret

    def ask(self, client: ProcessClient, method: str, path: str, body: Any) -> Any:
        if method == "GET":
            return client.get(path, body)
        is_json = path.startswith("/api/")
        if is_json or method != "POST":
            return client.generic(method, path, json.dumps(body), "application/json")
        return client.post(path, body)

    def path(self, name: str, route: Route, world: World) -> str:
        values = route.kwargs(world) if route.kwargs else dict(route.fixed or {})
        return reverse(name, kwargs=values, urlconf=self.urlconf)

    def absent_path(self, name: str, route: Route) -> str:
        assert route.kwargs
        values = {
            key: NO_ID if isinstance(value, int) else value
            for key, value in route.kwargs(self.foreign).items()
        }
        values |= route.absent or {}
        return reverse(name, kwargs=values, urlconf=self.urlconf)

    def text(self, answer: Any, path: str = "") -> str:
        """The answer's body without what differs by address or by request."""
        content = b"".join(answer) if answer.streaming else answer.content
        text = TOKENS.sub("", content.decode("utf-8", "replace"))
        return text.replace(path, "<path>") if path else text

    def state_of_stranger(self) -> dict[str, int]:
        """A fingerprint of every row the stranger owns, by table."""
        pk, found = self.foreign.tenant.pk, {}
        with self.acting_as(ARRANGER, scope="system"):
            for model in apps.get_models(include_auto_created=True):
                if any(field.name == "tenant" for field in model._meta.fields):
                    rows = model._base_manager.filter(tenant=pk).order_by("pk")
                    found[model._meta.db_table] = hash(repr(list(rows.values_list())))
        return found


def missing(urlconf: str, public: set[str], prefixes: tuple[str, ...]) -> list[str]:
    """Return the names nobody said anything about."""
    return sorted(
        {
            name or "(an address without a name)"
            for name in names(urlconf)
            if name not in ROUTES
            and name not in public
            and not name.startswith(prefixes)
        }
    )
