#!/usr/bin/env python
"""Run a management command in the process whose database rights it needs."""

import os
import sys

SCHEMA_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations"}


def main() -> None:
    """Schema commands run as the owner, all others as the worker."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vms_portal.settings")
    is_schema_command = bool(SCHEMA_COMMANDS.intersection(sys.argv[1:2]))
    os.environ.setdefault("VMS_PROCESS", "owner" if is_schema_command else "worker")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
