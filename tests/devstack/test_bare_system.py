"""The two commands of the README on systems with nothing in them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.devstack import bare_system
from tests.devstack.bare_system import DEBIAN_12, DEBIAN_13, UBUNTU, System
from vms_portal.devstack.ports import free_port

pytestmark = [pytest.mark.nightly, pytest.mark.xdist_group("bare-system")]
# Started, seen to be ready, and stopped as a service manager would.
START_AND_STOP = """
bin/run >run.out 2>&1 &
command=$!
while kill -0 $command 2>/dev/null && ! grep -q 'Ctrl+C' run.out; do sleep 1; done
kill -TERM $command; wait $command; code=$?
cat run.out; ls var; exit $code
"""


@pytest.fixture(
    scope="module",
    params=[DEBIAN_12, DEBIAN_13, UBUNTU],
    ids=lambda system: system.suite,
)
def machine(request: pytest.FixtureRequest) -> Iterator[Path]:
    system: System = request.param
    if reason := bare_system.why_not(system):
        pytest.skip(f"no bare {system.name}: {reason}")
    # Not below pytest's own directory, which other accounts may not enter.
    directory = Path(tempfile.mkdtemp(prefix=f"vms-{system.suite}-"))
    directory.chmod(0o755)
    bare_system.make(system, directory)
    yield directory
    shutil.rmtree(directory)


def test_bin_run_is_ready_and_stops(machine):
    ports = {"VMS_PORT": free_port(), "VMS_BACKOFFICE_PORT": free_port()}
    said = bare_system.run(
        machine, START_AND_STOP, 1200, **{k: str(v) for k, v in ports.items()}
    )
    assert f"http://localhost:{ports['VMS_PORT']}" in said, said
    assert said.endswith("ended with 0"), said


def test_bin_test_is_green(machine):
    if machine.name.startswith(f"vms-{UBUNTU.suite}"):
        pytest.skip("Ubuntu has Chromium as a snap only, which needs systemd")
    part = os.environ.get("VMS_BARE_TESTS", "")
    said = bare_system.run(machine, f".ci/run {part}", 7200, VMS_TEST_WORKERS="1")
    assert said.endswith("ended with 0"), said
