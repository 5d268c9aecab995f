"""A WSGI application that takes a tenth of a second for everything."""

import os
import time
from collections.abc import Iterable
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "vms_portal.settings"
django.setup()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    time.sleep(0.1)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]
