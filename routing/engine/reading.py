"""Reading the input around the documents: every misfit is a problem, no error."""

from typing import Any

from routing.engine import fields
from routing.engine.calendars import read_calendar
from routing.engine.document import Document, parse
from routing.engine.problems import Problem, pointer
from routing.engine.sendings import document_sendings, plan_sendings
from routing.engine.world import (
    OPTIONS,
    REDIRECTIONS,
    Emergency,
    NumberPlan,
    Override,
    Redirection,
    Window,
    World,
    instant,
    is_e164,
    slugs_by_line,
)

Json = dict[str, Any]


def read_world(raw: object) -> tuple[World | None, list[Problem]]:
    """Return the world as far as it could be read; None without a called number."""
    reader = Reader()
    return reader.world(raw), reader.problems


class Reader:
    """Collects problems while it reads. One reader per input."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def world(self, raw: object) -> World | None:
        if not isinstance(raw, dict):
            self.bad("", "not_an_object")
            return None
        called = self._called(raw)
        block = self._object(raw, "", "block")
        policy = self._object(raw, "", "policy")
        sites = self._sites(raw)
        world = World(
            called=called or NumberPlan(""),
            others=self._others(raw, called),
            calendars=self._calendars(raw),
            sites=sites,
            slugs_by_line=slugs_by_line(sites),
            announcements=self._announcements(raw),
            queues=frozenset(self._names(raw, "", "queues")),
            blocked=self._prefixes(block, "/block", "prefixes"),
            blocks_withheld=self._flag(block, "/block", "withheld", False),
            allowed=self._prefixes(raw, "", "allow"),
            safety=self._destination(raw, "", "safety_destination"),
            ended=frozenset(self._list(raw, "", "ended", is_e164, "not_e164")),
            opt_in=frozenset(self._names(policy, "/policy", "opt_in")),
            international=self._approvals(policy),
        )
        return world if called else None

    # The called number and the customer's others

    def _called(self, raw: Json) -> NumberPlan | None:
        number = raw.get("number")
        if not isinstance(number, dict):
            self.bad("/number" if "number" in raw else "", "no_number")
            return None
        if not is_e164(number.get("e164")):
            self.bad("/number/e164" if "e164" in number else "/number", "not_e164")
            return None
        own = {key: raw.get(key) for key in ("document", "emergency", "override")}
        own["continuity"] = raw.get("continuity")
        return self._plan(number["e164"], own, "", number, "/number")

    def _others(self, raw: Json, called: NumberPlan | None) -> dict[str, NumberPlan]:
        others = {}
        for e164, number in self._object(raw, "", "numbers").items():
            path = pointer("/numbers", e164)
            if called and e164 == called.e164:
                continue  # its configuration is that of the input itself
            if not is_e164(e164):
                self.bad(path, "not_e164")
                continue
            mark = len(self.problems)
            others[e164] = self._other(e164, number, path)
            self.problems[mark:] = [
                Problem(p.code, p.path, p.node, e164, p.params)
                for p in self.problems[mark:]
            ]
        return others

    def _other(self, e164: str, raw: object, path: str) -> NumberPlan:
        if raw is None:
            return NumberPlan(e164)
        if not isinstance(raw, dict):
            self.bad(path, "not_an_object")
            return NumberPlan(e164)
        if raw.keys() & {"schema", "entry", "nodes"}:  # a bare document
            document = self._document(raw, path)
            return NumberPlan(
                e164, document=document, sendings=tuple(document_sendings(document))
            )
        return self._plan(e164, raw, path, raw, path)

    def _plan(
        self, e164: str, own: Json, base: str, number: Json, at: str
    ) -> NumberPlan:
        option = number.get("option", "CLASSIC")
        if option not in OPTIONS:
            self.bad(pointer(at, "option"), "unknown_option")
            option = "CLASSIC"
        document = self._document(own.get("document"), pointer(base, "document"))
        emergency = self._emergency(own, base)
        override = self._override(own, base)
        continuity = self._continuity(own, base)
        sendings = [
            *document_sendings(document),
            *plan_sendings(base, emergency, override, continuity),
        ]
        return NumberPlan(
            e164,
            option,
            self._flag(number, at, "suspended", False),
            self._text(number, at, "site"),
            document,
            emergency,
            override,
            continuity,
            tuple(sendings),
        )

    def _document(self, raw: object, path: str) -> Document | None:
        if raw is None:
            return None
        document, problems = parse(raw, path)
        self.problems += problems
        return document

    def _emergency(self, own: Json, base: str) -> Emergency | None:
        if own.get("emergency") is None:
            return None
        path = pointer(base, "emergency")
        raw = self._object(own, base, "emergency")
        active = self._flag(raw, path, "active", True)
        document = self._document(raw.get("document"), pointer(path, "document"))
        destination = self._destination(raw, path, "destination")
        has = [raw.get(key) is not None for key in ("document", "destination")]
        if isinstance(own["emergency"], dict) and sum(has) != 1:
            self.bad(path, "document_or_destination")
        return Emergency(active, destination, document, self._confirm(raw, path))

    def _override(self, own: Json, base: str) -> Override | None:
        if own.get("override") is None:
            return None
        path = pointer(base, "override")
        raw = self._object(own, base, "override")
        if raw is not own["override"]:
            return None
        window = self._window(raw, path)
        destination = self._destination(raw, path, "destination", required=True)
        confirm_s = self._confirm(raw, path)
        if destination is None:
            return None
        return Override(destination, window, confirm_s)

    def _continuity(self, own: Json, base: str) -> dict[str, Redirection]:
        path = pointer(base, "continuity")
        raw = self._object(own, base, "continuity")
        read = {}
        for kind in REDIRECTIONS:
            if raw.get(kind) is not None:
                redirection = self._redirection(raw, path, kind)
                if redirection:
                    read[kind] = redirection
        return read

    def _redirection(self, own: Json, base: str, kind: str) -> Redirection | None:
        path = pointer(base, kind)
        raw = self._object(own, base, kind)
        if raw is not own[kind]:
            return None
        destination = self._destination(raw, path, "destination", required=True)
        backup = self._destination(raw, path, "backup")
        window = self._window(raw, path)
        confirm_s = self._confirm(raw, path)
        after = raw.get("after_s", fields.DEFAULT_RING_SECONDS)
        if not fields.is_whole(after):
            self.bad(pointer(path, "after_s"), "not_whole")
        elif after not in fields.RING_SECONDS:
            where = pointer(path, "after_s")
            problem = Problem("ring_out_of_range", where, params={"seconds": after})
            self.problems.append(problem)
        if destination is None:
            return None
        return Redirection(destination, backup, after, window, confirm_s)

    def _confirm(self, raw: Json, base: str) -> int | None:
        for code, where, params in fields.confirm(raw):
            there = pointer(base, *where)
            params = {**params, "reason": "confirm"}
            self.problems.append(Problem(code, there, params=params))
        return fields.confirm_seconds(raw)

    def _window(self, raw: Json, base: str) -> Window:
        edges: list[float | None] = []
        for key in ("from", "until"):
            read = instant(raw.get(key))
            if raw.get(key) is not None and read is None:
                self.bad(pointer(base, key), "instant")
            edges.append(read.timestamp() if read else None)
        return Window(*edges)

    # What documents refer to

    def _calendars(self, raw: Json) -> dict[str, Any]:
        read = {}
        for name, value in self._object(raw, "", "calendars").items():
            read[name], problems = read_calendar(value, pointer("/calendars", name))
            self.problems += problems
        return read

    def _sites(self, raw: Json) -> dict[str, str]:
        sites = self._object(raw, "", "sites")
        for slug, line in sites.items():
            if not isinstance(line, str):
                self.bad(pointer("/sites", slug), "not_text")
        return {slug: line for slug, line in sites.items() if isinstance(line, str)}

    def _announcements(self, raw: Json) -> dict[str, bool]:
        """Read a list of names, or an object from name to content."""
        if isinstance(raw.get("announcements"), dict):
            return {name: bool(has) for name, has in raw["announcements"].items()}
        return dict.fromkeys(self._names(raw, "", "announcements"), True)

    # Small pieces

    def _names(self, raw: Json, base: str, key: str) -> list[str]:
        return self._list(raw, base, key, lambda v: isinstance(v, str), "not_text")

    def _prefixes(self, raw: Json, base: str, key: str) -> tuple[str, ...]:
        return tuple(self._list(raw, base, key, fields.is_prefix, "not_a_prefix"))

    def _approvals(self, policy: Json) -> tuple[str, ...]:
        fits = fields.is_approval
        prefixes = self._list(policy, "/policy", "international", fits, "not_a_prefix")
        return tuple(prefixes)

    def _list(
        self, raw: Json, base: str, key: str, fits: Any, reason: str
    ) -> list[str]:
        values = raw.get(key)
        path = pointer(base, key)
        if values is None:
            return []
        if not isinstance(values, list):
            self.bad(path, "not_a_list")
            return []
        for index, value in enumerate(values):
            if not fits(value):
                self.bad(pointer(path, index), reason)
        return [value for value in values if fits(value)]

    def _object(self, raw: Json, base: str, key: str) -> Json:
        value = raw.get(key)
        if value is not None and not isinstance(value, dict):
            self.bad(pointer(base, key), "not_an_object")
        return value if isinstance(value, dict) else {}

    def _flag(self, raw: Json, base: str, key: str, default: bool) -> bool:
        value = raw.get(key, default)
        if not isinstance(value, bool):
            self.bad(pointer(base, key), "not_a_boolean")
            return default
        return value

    def _text(self, raw: Json, base: str, key: str) -> str | None:
        value = raw.get(key)
        if value is not None and not isinstance(value, str):
            self.bad(pointer(base, key), "not_text")
            return None
        return value

    def _destination(
        self, raw: Json, base: str, key: str, *, required: bool = False
    ) -> str | None:
        if required and raw.get(key) is None:
            self.bad(pointer(base, key) if key in raw else base, "no_destination")
        return self._text(raw, base, key)

    def bad(self, path: str, reason: str) -> None:
        self.problems.append(Problem("bad_input", path, params={"reason": reason}))
