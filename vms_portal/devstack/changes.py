"""Which tests a change can touch: ``bin/test --changed``.

By the place of a file, and by who names it. A module of an app: all tests of the app,
and every test elsewhere that imports it by name. What many tests rest on, or what has
no place of its own here: all tests. A test that reaches a change only through other
modules is left to the whole ``bin/test``.
"""

import ast
import shutil
import subprocess
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from .layout import ROOT
from .problem import SetupProblem

# The tests of what lies there; the first that fits. Folders of apps are their own.
PLACES = {
    "vms_portal/kernel/": "tests/kernel",
    "vms_portal/devstack/": "tests/devstack",
    "contracts/": "tests/billing",
    "templates/components/": "tests/look",
    "templates/frame/": "tests/look",
    "static/": "tests/browser",
    "locale/": "tests/look",
    "docs/": "tests/docs",
    "deploy/": "tests/deploy",
    "bin/": "tests/devstack",
    "benchmarks/": "tests/devstack/test_bench.py",
    ".ci/": "tests/devstack",
    "README.md": "tests/docs",
    "CHANGELOG.md": "tests/docs",
    "CONTRIBUTING.md": "tests/docs",
    "Dockerfile": "tests/deploy",
    ".dockerignore": "tests/deploy",
    "docker-compose.yml": "tests/deploy",
}
EVERY = "tests"
# Short ones that hold every name, right and size of the house against each other.
ALWAYS = (
    "tests/test_contributions.py",
    "tests/test_names_exist.py",
    "tests/test_rights_of_roles.py",
    "tests/test_row_security_catalogue.py",
    "tests/test_sizes.py",
)


def changed_files(revision: str, root: Path = ROOT) -> list[str]:
    """Return what differs from ``revision``, or is new. ``SetupProblem``.

    An empty one is the last commit that this branch shares with ``origin``.
    """
    base = revision or _git(root, "merge-base", "HEAD", "origin/HEAD").strip()
    if base.startswith("-"):
        raise SetupProblem(f"{base} is no revision: bin/test --changed REVISION")
    listing = ("diff", "--name-only", "--no-renames", "-z", base, "--")
    new = ("ls-files", "--others", "--exclude-standard", "-z")
    names = _git(root, *listing) + _git(root, *new)
    return sorted({name for name in names.split("\0") if name})


def touched_by(changed: Collection[str], root: Path = ROOT) -> list[str]:
    """Return the paths of the tests that a change of these files can touch."""
    if not changed:
        return []
    found: set[str] = set(ALWAYS)
    for name in changed:
        found |= _by_place(name, root)
    found |= _by_name([name for name in changed if name.endswith(".py")], root)
    if EVERY in found:
        return [EVERY]
    return sorted(
        path
        for path in found
        if (root / path).exists()
        and not any(path.startswith(f"{other}/") for other in found)
    )


def _by_place(name: str, root: Path) -> set[str]:
    """Return the tests of where a file lies, ``EVERY`` for all of them."""
    for place, tests in PLACES.items():
        if name.startswith(place):
            return {tests}
    first, *rest = Path(name).parts
    if first == "tests":
        return _by_place_in_tests(name, rest)
    app = rest[0] if first == "templates" and len(rest) > 1 else first
    tests = f"tests/{app}"
    return {tests} if (root / tests).is_dir() and rest else {EVERY}


def _by_place_in_tests(name: str, rest: list[str]) -> set[str]:
    """Return a test itself; what tests share is found by who imports it."""
    if rest[-1].startswith("test_"):
        return {name}
    is_shared = name.endswith(".py") and rest[-1] != "conftest.py"
    return set() if is_shared else {str(Path(name).parent)}


def _by_name(changed: Iterable[str], root: Path) -> set[str]:
    """Return the tests that import one of the modules, or what tests share of them.

    Shared pieces of tests hand on a change of such pieces, none of the product's:
    they know all of it.
    """
    modules = {_module(name) for name in changed}
    shared = {module for module in modules if module.startswith("tests.")}
    imported = {
        str(path.relative_to(root)): set(_imports(path))
        for path in root.glob("tests/**/*.py")
    }
    found = {p for p, names in imported.items() if _is_test(p) and names & modules}
    while more := {
        path for path, names in imported.items() if names & shared and path not in found
    }:
        found |= more
        shared |= {_module(path) for path in more}
    return {path for path in found if _is_test(path)} | {
        str(Path(path).parent) for path in found if path.endswith("conftest.py")
    }


def _is_test(path: str) -> bool:
    return Path(path).name.startswith("test_")


def _imports(path: Path) -> Iterator[str]:
    """Yield the modules that a file names; a name in a module as one as well.

    What tests share may be named as a plugin, which is text.
    """
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _module(name: str) -> str:
    parts = Path(name).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _git(root: Path, *arguments: str) -> str:
    program = shutil.which("git")
    if program is None:
        raise SetupProblem("git is not installed, which knows what differs.")
    done = subprocess.run(
        [program, "-C", str(root), *arguments], capture_output=True, text=True
    )
    if done.returncode:
        raise SetupProblem(
            f"git says: {done.stderr.strip()}. Name what to compare with: "
            "bin/test --changed REVISION"
        )
    return done.stdout
