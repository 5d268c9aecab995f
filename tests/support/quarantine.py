"""What the worker does about quarantined records."""

from tests.support.october import NOW


def as_worker(acting_as, service, **asked):
    with acting_as("vms_worker"):
        return service(now=NOW, **asked)
