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
LINKED = "libnspr4 libnss3 libexpat1"
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


def bring_chromium(machine: Path) -> str:
    """Copy the directory of VMS_BARE_CHROMIUM there, and what its program links."""
    shutil.copytree(os.environ["VMS_BARE_CHROMIUM"], machine / "opt" / "chromium")
    said = bare_system.run(
        machine, f"apt-get update -qq && apt-get install -qq -y {LINKED}", 600
    )
    assert said.endswith("ended with 0"), said
    return "/opt/chromium/chromium"


def test_bin_run_is_ready_and_stops(machine):
    ports = {"VMS_PORT": free_port(), "VMS_BACKOFFICE_PORT": free_port()}
    said = bare_system.run(
        machine, START_AND_STOP, 1200, **{k: str(v) for k, v in ports.items()}
    )
    assert f"http://localhost:{ports['VMS_PORT']}" in said, said
    assert said.endswith("ended with 0"), said


def test_bin_test_is_green(machine):
    variables = {"VMS_TEST_WORKERS": os.environ.get("VMS_TEST_WORKERS", "1")}
    if machine.name.startswith(f"vms-{UBUNTU.suite}"):
        if "VMS_BARE_CHROMIUM" not in os.environ:
            pytest.skip("Ubuntu has Chromium as a snap only, and none was brought")
        variables["VMS_CHROMIUM"] = bring_chromium(machine)
    part = os.environ.get("VMS_BARE_TESTS", "")
    said = bare_system.run(machine, f".ci/run {part}", 7200, **variables)
    assert said.endswith("ended with 0"), said
