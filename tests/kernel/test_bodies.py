"""How much anybody may send, and where staff may send more."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from vms_portal.kernel.web.bodies import LARGEST, LARGEST_UPLOAD

IMPORT = "/numbers/geographicnumber/import/"


def send(client, path: str, length: int):
    """Claim a length; what is refused is refused unread."""
    return client.generic(
        "POST", path, b"", "application/octet-stream", CONTENT_LENGTH=str(length)
    )


@pytest.mark.parametrize("path", ["/account/login/", "/nowhere/", "/numbers/divert/"])
def test_nobody_sends_more_than_two_megabytes(client, path):
    assert send(client, path, LARGEST + 1).status_code == 413
    assert send(client, path, LARGEST).status_code != 413


def test_a_program_is_told_as_data(client):
    answer = send(client, "/api/v1/numbers/", LARGEST + 1)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_only_staff_send_a_large_file_and_only_where_files_are_imported(
    staff_client, staff
):
    assert send(staff_client, IMPORT, LARGEST + 1).status_code == 413
    staff_client.force_login(staff)
    assert send(staff_client, IMPORT, LARGEST + 1).status_code != 413
    assert send(staff_client, IMPORT, LARGEST_UPLOAD + 1).status_code == 413
    assert send(staff_client, "/tenants/tenant/", LARGEST + 1).status_code == 413


def test_a_file_of_three_megabytes_arrives(staff_client, staff):
    staff_client.force_login(staff)
    file = SimpleUploadedFile("numbers.csv", b"number\n" + b"x" * 3 * 1024**2)
    answer = staff_client.post(IMPORT, {"file": file})
    assert answer.status_code == 200
    assert "413" not in answer.content.decode()


def test_the_proxy_and_the_settings_name_the_same_imports(settings):
    from pathlib import Path

    template = Path(settings.BASE_DIR, "deploy/nginx.conf.template").read_text()
    for view in settings.UPLOAD_VIEWS:
        path = reverse(view, urlconf="vms_portal.urls.backoffice")
        assert f"location = {path} {{\n        client_max_body_size 60m;" in template
    assert template.count("client_max_body_size") == 1 + len(settings.UPLOAD_VIEWS)
    assert "client_max_body_size 2m;" in template
