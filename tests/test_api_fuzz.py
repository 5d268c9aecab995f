"""Requests made up from the API's own description, in and out of its rules.

Every answer is one the API gives on purpose and describes: its status, its kind,
its shape; what the description forbids is refused. More of them:
``VMS_FUZZ_EXAMPLES=1000 bin/test tests/test_api_fuzz.py``.
"""

import json
import os
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
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.transport import Response

from tests.support.walk import Walker
from tests.support.world import World

EXAMPLES = int(os.environ.get("VMS_FUZZ_EXAMPLES", "25"))
PORTAL = "vms_portal.urls.portal"
SCHEMA = SchemaGenerator(urlconf=PORTAL).get_schema(request=None, public=True)
OPERATIONS = [
    found.ok()  # type: ignore[union-attr]
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
    with walker.client("api:", "admin") as client:
        client.raise_request_exception = False
        answer = client.generic(
            str(sent.method),
            parts.path,
            body,
            str(sent.headers.get("Content-Type", "application/json")),
            QUERY_STRING=parts.query,
            HTTP_IDEMPOTENCY_KEY=sent.headers.get("Idempotency-Key", ""),
        )
        headers = {name.lower(): [value] for name, value in answer.headers.items()}
        return Response(
            answer.status_code, headers, answer.content, sent, elapsed=0.0, verify=False
        )
