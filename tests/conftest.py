"""Settings, and the plugins that hold the fixtures of every test."""

import os
from importlib import import_module

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tenants.audit.details import ACTORS

# bin/test gives one; a bare pytest, which has read the settings already, has none.
settings.MFA_KEY = os.environ.setdefault("VMS_MFA_KEY", "0" * 43 + "=")
# The real one takes half a second a password, on purpose.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages rendered in the test's own process need no collected files.
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# Else every test client looks through all collected files once more.
settings.WHITENOISE_AUTOREFRESH = True

# Who acts where a test arranges.
ACTORS["test"] = "test"

# How fast a busy machine draws examples says nothing about the product.
hypothesis_settings.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("busy")

# One imports another, before that has its turn in the list.
pytest.register_assert_rewrite("tests.support")
pytest_plugins = [
    "tests.support.api",
    "tests.support.cast",
    "tests.support.clients",
    "tests.support.databases",
    "tests.support.deliveries",
    "tests.support.done_again",
    "tests.support.every_act",
    "tests.support.october",
    "tests.support.network_link",
    "tests.support.own_cache",
    "tests.support.own_language",
    "tests.support.pgbouncer",
    "tests.support.redis_databases",
    "tests.support.scheduling",
    "tests.support.strict_templates",
    "tests.support.worker_role",
]


@pytest.fixture(scope="session", autouse=True)
def addresses() -> None:
    """Read them before any test switches the demo on: Django reads them once."""
    for process in ("portal", "backoffice"):
        import_module(f"vms_portal.urls.{process}")
