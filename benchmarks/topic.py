"""Run one topic in a process with Django: ``python -m benchmarks.topic pages``."""

import importlib
import os
import sys

import django

from vms_portal.kernel.running.memory import keep_loaded

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "vms_portal.settings"
    # Lines of the requests measured would be measured too, and fill the screen.
    os.environ.setdefault("VMS_LOG_LEVEL", "ERROR")
    django.setup()
    topic = importlib.import_module(f"benchmarks.{sys.argv[1]}")
    keep_loaded()
    topic.main()
