"""Which test worker runs what: tests that share started processes stay together."""

from xdist.scheduler import LoadScopeScheduling

# Starting a portal, a worker and Chromium takes longer than most of their tests.
TOGETHER = ("tests/browser/", "tests/deploy/", "tests/devstack/test_run")


class SharedProcessesScheduling(LoadScopeScheduling):
    """One unit of work for each group of ``TOGETHER``, else one for each test.

    It stands for xdist's own "loadgroup", whose marks pytest 9.2 ignores.
    """

    def _split_scope(self, nodeid: str) -> str:
        for start in TOGETHER:
            if nodeid.startswith(start):
                return start
        return nodeid


def pytest_xdist_make_scheduler(config, log):
    if config.getvalue("dist") == "loadgroup":
        return SharedProcessesScheduling(config, log)
    return None
