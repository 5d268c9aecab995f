"""WSGI entry point; ``VMS_PROCESS`` says which process this is."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from vms_portal.kernel.mail_server import require_mail_server
from vms_portal.kernel.memory import keep_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vms_portal.settings")
application = get_wsgi_application()
require_mail_server()
# The first request finds all views loaded.
import_module(settings.ROOT_URLCONF)
keep_loaded()
