"""WSGI entry point; ``VMS_PROCESS`` says which process this is."""

import os
from importlib import import_module

import django
from django.conf import settings

from vms_portal.kernel.mail.server import require_mail_server
from vms_portal.kernel.running.memory import keep_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vms_portal.settings")
django.setup(set_prefix=False)
application = import_module("vms_portal.kernel.web.charsets").Handler()
require_mail_server()
# The first request finds all views loaded.
import_module(settings.ROOT_URLCONF)
keep_loaded()
