"""WSGI entry point; ``VMS_PROCESS`` says which process this is."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vms_portal.settings")
application = get_wsgi_application()
