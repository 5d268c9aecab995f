"""Requests made up from the API's own description, in and out of its rules.

Every answer is one the API gives on purpose and describes: its status, its kind,
its shape; what the description forbids is refused. More of them:
``VMS_FUZZ_EXAMPLES=1000 bin/test tests/test_api_fuzz.py``.
"""

import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import override_settings
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.errors import InvalidSchema
from schemathesis.core.result import Ok, Result
from schemathesis.core.transport import Response

from tenants.api.idempotency import HEADER as KEY
from tests.support.walk import Walker
from tests.support.world import World

EXAMPLES = int(os.environ.get("VMS_FUZZ_EXAMPLES", "25"))
PORTAL = "vms_portal.urls.portal"
SCHEMA = SchemaGenerator(urlconf=PORTAL).get_schema(request=None, public=True)


def _readable(found: Result[APIOperation, InvalidSchema]) -> APIOperation:
    assert isinstance(found, Ok), found
    return found.ok()


OPERATIONS = [
    _readable(found)
    for found in schemathesis.openapi.from_dict(
        json.loads(json.dumps(SCHEMA, default=str))
    ).get_all_operations()
]
# The others send requests of their own, or take "refused for a reason the
# description cannot tell" (a destination nobody may call) for a fault.
load_all_checks()
(REFUSAL,) = CHECKS.get_by_names(["negative_data_rejection"])
PROMISES = [
    REFUSAL,
    *CHECKS.get_by_names(
        [
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
        ]
    ),
]
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def walker(django_db_setup, django_db_blocker, acting_as, tmp_path_factory):
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    # The limit on requests is not what is looked for.
    calm = override_settings(CACHES={"default": {"BACKEND": DUMMY}})
    with django_db_blocker.unblock(), files, calm, transaction.atomic():
        yield Walker(World("47", "Ourselves"), World("58", "Zwartekat"), acting_as)
        transaction.set_rollback(True)


DUMMY = "django.core.cache.backends.dummy.DummyCache"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda found: found.label)
def test_no_request_breaks_the_api(walker, operation):
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = [operation.as_strategy(generation_mode=mode) for mode in modes]

    @BOUNDED
    @given(case=st.one_of(*cases), is_real=st.integers(0, 3).map(bool))
    def ask(case: Any, is_real: bool) -> None:
        promises = PROMISES
        if is_real and case.path_parameters:
            case.path_parameters = real_parameters(walker.own, case.path_parameters)
            # What was wrong with the request may have been what is replaced.
            promises = [check for check in PROMISES if check is not REFUSAL]
        answer = send(walker, case)
        case.validate_response(answer, checks=promises)

    ask()


WRITES = [
    pytest.param(path, method, id=f"{method} {path}")
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
    if any(part["name"] == KEY for part in operation.get("parameters", ()))
]


@pytest.mark.parametrize(("path", "method"), WRITES)
def test_an_empty_key_is_refused_as_described(walker, path, method):
    answer = ask(walker, path, method, headers={KEY: ""})
    assert (answer.status_code, list(answer.json()["detail"])) == (400, [KEY])


def moments() -> Iterator[Any]:
    """Yield where a moment may be sent: path, method, its place and its name."""
    for path, methods in SCHEMA["paths"].items():
        for method, operation in methods.items():
            for part in operation.get("parameters", ()):
                if part["schema"].get("format") == "date-time":
                    yield path, method, "query_params", part["name"]
            for sent in operation.get("requestBody", {}).get("content", {}).values():
                name = sent["schema"]["$ref"].rpartition("/")[2]
                fields = SCHEMA["components"]["schemas"][name]["properties"]
                for field, schema in fields.items():
                    if schema.get("format") == "date-time":
                        yield path, method, "data", field


MOMENTS = sorted(set(moments()))
# RFC 3339 has them not, though Python reads most of them.
NO_MOMENTS = [
    "2026-12-01",
    "20261128T10",
    "20261128T100000Z",
    "2026-W48-6T10:00:00Z",
    "2026-11-28T10:00Z",
    "2026-11-28T10:00:00",
    "2026-11-28T10:00:00+0100",
    "2026-11-28T10:00:00+01",
    "2026-11-28T10:00:00,5Z",
    "2026-11-28 10:00:00Z",
    "2026-11-28T24:00:00Z",
    "2026-11-31T10:00:00Z",
    "2026-11-28T10:00:00+24:00",
    "٢026-11-28T10:00:00Z",
    "2026-11-28T10:00:00Z\n",
    " 2026-11-28T10:00:00Z",
    "2026-10-25T02:30:00",
    "2026-03-29T02:30:00",
    "1795860000",
    "",
]


def test_moments_are_found():
    places = {(where, name) for _path, _method, where, name in MOMENTS}
    assert places == {
        ("query_params", "from"),
        ("query_params", "to"),
        ("data", "until"),
        ("data", "at"),
    }


@pytest.mark.parametrize("text", NO_MOMENTS)
@pytest.mark.parametrize(("path", "method", "where", "name"), MOMENTS)
def test_what_is_no_moment_of_the_format_is_refused(
    walker, path, method, where, name, text
):
    answer = ask(walker, path, method, **{where: {name: text}})
    assert answer.status_code == 400, text
    assert name in answer.json()["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-28T10:00:00Z",
        "2027-01-28t10:00:00z",
        "2027-01-28T10:00:00.123456789+05:30",
        "2027-01-28T10:00:00-00:00",
    ],
)
@pytest.mark.parametrize(("path", "method", "where", "name"), MOMENTS)
def test_a_moment_of_the_format_is_taken(walker, path, method, where, name, text):
    answer = ask(walker, path, method, **{where: {name: text}})
    told = answer.json() if answer.status_code == 400 else {"detail": {}}
    assert name not in told["detail"], told


def ask(walker: Walker, path: str, method: str, **sent: Any) -> Any:
    """Ask about an object of one's own."""
    own = path.format(**real_parameters(walker.own, {"id": 0, "reference": ""}))
    if "data" in sent:
        sent["content_type"] = "application/json"
    with walker.client("api:", "admin") as client:
        return getattr(client, method)(own, **sent)


def real_parameters(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """An object that exists, so that a request comes further than 404."""
    real = {"id": world.number.pk, "reference": world.invoice.reference}
    return {name: real.get(name, value) for name, value in given.items()}


def send(walker: Walker, case: Any) -> Response:
    """Ask with the portal's rights; give the answer in the checks' own type."""
    values = case.as_transport_kwargs(base_url="http://testserver")
    sent = requests.Request(**values).prepare()
    parts = urlsplit(str(sent.url))
    body = sent.body or b""
    # Left out where the description lets it be, which an empty one is not.
    key = sent.headers.get("Idempotency-Key")
    headers = {} if key is None else {"Idempotency-Key": str(key)}
    with walker.client("api:", "admin") as client:
        client.raise_request_exception = False
        answer = client.generic(
            str(sent.method),
            parts.path,
            body,
            str(sent.headers.get("Content-Type", "application/json")),
            QUERY_STRING=parts.query,
            headers=headers,
        )
        told = {name.lower(): [value] for name, value in answer.headers.items()}
        return Response(
            answer.status_code, told, answer.content, sent, elapsed=0.0, verify=False
        )
