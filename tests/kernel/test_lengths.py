"""What a request says of its length, as a web server hands it over."""

import math

import pytest
from prometheus_client import REGISTRY

from tests.kernel.test_charsets import FORM, answer, open_transaction  # noqa: F401
from vms_portal.kernel.web.bodies import LARGEST_UPLOAD

PATHS = ["/account/login/", "/nowhere/", "/healthz", "/api/v1/numbers/"]
SUM = "django_http_requests_body_total_bytes_sum"
pytestmark = pytest.mark.django_db


def figures() -> float:
    return REGISTRY.get_sample_value(SUM) or 0


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "length",
    [
        "9" * 400,
        "9" * 308,
        "9" * 19,
        "9" * 4400,
        str(LARGEST_UPLOAD + 1),
        "0" + "9" * 20,
    ],
)
def test_a_length_that_nobody_sends_is_refused_and_not_counted(client, path, length):
    before = figures()
    for method in ("GET", "POST"):
        status, _, page = answer(client, method, path, FORM, b"", CONTENT_LENGTH=length)
        assert status == 413
        assert b"413" in page or b"too_large" in page
    assert figures() == before < math.inf


@pytest.mark.parametrize("path", PATHS)
def test_a_body_in_pieces_is_refused(client, path):
    """It would count as none, and a form as sent empty."""
    sent = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    status, _, page = answer(client, "POST", path, FORM, b"name=x", **sent)
    assert status == 411
    assert b"411" in page or b"parse_error" in page


@pytest.mark.parametrize("length", ["0", "", "6", "006"])
def test_a_usual_length_is_taken_and_counted(client, length):
    """The control."""
    before = figures()
    sent = {"CONTENT_LENGTH": length}
    status, _, _page = answer(client, "GET", "/account/login/", FORM, b"name=x", **sent)
    assert status == 200
    assert figures() - before == (6 if length.endswith("6") else 0)
