"""Clients that ask with the database rights of the process they stand for."""

from contextlib import nullcontext

import pytest
from django.conf import settings
from django.test import Client, override_settings

PROCESS_ROLES = {
    "portal": ("vms_app", "vms_portal.urls.portal"),
    "backoffice": ("vms_staff", "vms_portal.urls.backoffice"),
    "network": ("vms_network", "vms_portal.urls.network"),
}


class ProcessClient(Client):
    """A test client of one process: its role, its URLs, its cookies."""

    def __init__(self, process: str, acting_as, **options) -> None:
        super().__init__(**options)
        self.process, self.acting_as = process, acting_as
        self.role, self.urlconf = PROCESS_ROLES[process]

    def force_login(self, user, backend=None, second_factor=True):
        """Sign in to this process; without a second factor only when asked to."""
        with override_settings(PROCESS=self.process):
            super().force_login(user, backend)
        if second_factor:
            session = self.session
            session["second_factor"] = "test"
            session.save()

    @property
    def session(self):
        """The session of this process, in its own table."""
        with override_settings(PROCESS=self.process):
            found = super().session
            # Chosen by the process, and kept.
            assert found.model
        return found

    def request(self, **request):
        wanted = {"PROCESS": self.process, "ROOT_URLCONF": self.urlconf}
        # Settings are of the whole program: of two threads that change them, the
        # first to be done takes them from the other. What is right is left alone.
        changed = {k: v for k, v in wanted.items() if getattr(settings, k) != v}
        override = override_settings(**changed) if changed else nullcontext()
        with override, self.acting_as(self.role):
            return super().request(**request)


@pytest.fixture
def client(db, acting_as) -> ProcessClient:
    """The customers' portal."""
    assert settings.PROCESS == "portal"
    return ProcessClient("portal", acting_as)


@pytest.fixture
def staff_client(db, acting_as) -> ProcessClient:
    """The back office, nobody signed in."""
    return ProcessClient("backoffice", acting_as)
