"""Requests made up from the API's own description, in and out of its rules.

Every answer is one the API gives on purpose. More of them:
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
BOUNDED = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


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
        if is_real and case.path_parameters:
            case.path_parameters = real_parameters(walker.own, case.path_parameters)
        answer = send(walker, case)
        assert answer.status_code < 500, f"{case.as_curl_command()}: {answer.content}"

    ask()


def real_parameters(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """An object that exists, so that a request comes further than 404."""
    real = {"id": world.number.pk, "reference": world.invoice.reference}
    return {name: real.get(name, value) for name, value in given.items()}


def send(walker: Walker, case: Any) -> Any:
    values = case.as_transport_kwargs(base_url="http://testserver")
    sent = requests.Request(**values).prepare()
    parts = urlsplit(str(sent.url))
    body = sent.body or b""
    with walker.client("api:", "admin") as client:
        client.raise_request_exception = False
        return client.generic(
            str(sent.method), parts.path, body,
            str(sent.headers.get("Content-Type", "application/json")),
            QUERY_STRING=parts.query,
            HTTP_IDEMPOTENCY_KEY=sent.headers.get("Idempotency-Key", ""),
        )  # fmt: skip
