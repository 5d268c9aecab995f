"""Sets up, starts, tests and packages the portal on one machine.

Standard library only: it runs before the virtual environment exists. It is
started by path (``start.sh``), never as ``python -m``, because importing
anything below ``vms_portal`` loads Celery.
"""
