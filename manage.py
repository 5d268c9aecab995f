#!/usr/bin/env python
"""Run a management command in the process whose database rights it needs."""

import os
import sys

STAFF_COMMANDS = {"changepassword", "createsuperuser", "load_demo_people"}
SCHEMA_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations"}


def main() -> None:
    """Schema commands run as the owner, those that make people as the back office.

    All others run as the worker.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vms_portal.settings")
    command = "".join(sys.argv[1:2])
    process = "backoffice" if command in STAFF_COMMANDS else "worker"
    process = "owner" if command in SCHEMA_COMMANDS else process
    os.environ.setdefault("VMS_PROCESS", process)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
