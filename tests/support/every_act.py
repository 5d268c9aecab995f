"""The end of a whole run: was every act done by the role that does it in production?

``bin/test`` asks for it with ``--every-act``; a part of the tests does a part of the
acts. Rights are narrowed table by table, and what no test did with the narrowed role
fails where somebody needs it.
"""

import pytest

from tests.support.act_lists import NEVER, every_act
from tests.support.acts import DONE

MISSING = pytest.StashKey[list[str]]()


def pytest_addoption(parser) -> None:
    parser.addoption(
        "--every-act",
        action="store_true",
        help="fail for what no test did with its process's role in the database",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error) -> None:
    """A worker of pytest-xdist is done: take over what its tests did."""
    DONE.update(map(tuple, getattr(node, "workeroutput", {}).get("acts", [])))


def pytest_sessionfinish(session) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["acts"] = sorted(DONE)
    elif config.getoption("--every-act"):
        config.stash[MISSING] = missing(DONE)
        if config.stash[MISSING] and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def missing(done: set[tuple[str, str]]) -> list[str]:
    """Return what ought to have been done, with who did it, and what needs no line."""
    found = []
    for role, name in sorted(every_act() - done):
        if name not in NEVER:
            others = sorted(other for other, did in done if did == name)
            found.append(f"{role}: {name}" + (f" (only as {others})" if others else ""))
    excepted = sorted({name for _role, name in done if name in NEVER})
    return [*found, *(f"{name}: was done, and is excepted" for name in excepted)]


def pytest_terminal_summary(terminalreporter, config) -> None:
    if told := config.stash.get(MISSING, []):
        terminalreporter.section("acts that no test did as the process's role")
        for line in told:
            terminalreporter.line(line)
        terminalreporter.line('CONTRIBUTING.md has what to do, under "Rights".')
