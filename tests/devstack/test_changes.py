"""bin/test --changed: what a change can touch, and what differs."""

import shutil
import subprocess

import pytest

from vms_portal.devstack import changes
from vms_portal.devstack.layout import ROOT
from vms_portal.devstack.problem import SetupProblem

EVERY = ["tests"]


@pytest.mark.parametrize(
    ("name", "among", "not_among"),
    [
        ("billing/services/closing.py", "tests/billing", "tests/routing"),
        ("billing/migrations/0001_initial.py", "tests/billing", "tests/routing"),
        ("contracts/models.py", "tests/billing", "tests/kernel"),
        ("templates/routing/number.html", "tests/routing", "tests/billing"),
        ("docs/lock-order.md", "tests/docs", "tests/routing"),
        ("docs/how-to/README.md", "tests/docs", "tests/routing"),
        ("tests/look/test_tags.py", "tests/look/test_tags.py", "tests/look"),
        ("tests/tenants/conftest.py", "tests/tenants", "tests/routing"),
        # Named by a test of another app.
        (
            "vms_portal/kernel/formatting.py",
            "tests/routing/test_wording.py",
            "tests/routing",
        ),
        # By a shared piece of the tests, which tests name.
        ("tests/support/world.py", "tests/test_tenancy.py", "tests/traffic"),
    ],
)
def test_a_change_touches_the_tests_of_its_place_and_who_names_it(
    name, among, not_among
):
    touched = changes.touched_by([name])
    assert among in touched
    assert not_among not in touched
    assert set(changes.ALWAYS) <= set(touched)
    assert all((ROOT / path).exists() for path in touched)


@pytest.mark.parametrize(
    "name",
    [
        "requirements.lock",
        "pyproject.toml",
        "manage.py",
        "vms_portal/settings.py",
        "templates/base.html",
        "tests/conftest.py",
        # A plugin that every test has.
        "tests/support/clients.py",
        "somewhere/new.py",
    ],
)
def test_what_all_rest_on_touches_every_test(name):
    assert changes.touched_by([name]) == EVERY
    assert changes.touched_by(["docs/lock-order.md", name]) == EVERY


def test_no_change_touches_no_test():
    assert changes.touched_by([]) == []


def test_every_file_of_the_house_touches_a_test():
    """Also those that no test names; the control of a place that is mistyped."""
    left_out = {".venv", "var", ".git", "__pycache__", "staticfiles", "secrets"}
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    names = sorted(str(path) for path in files if not left_out & set(path.parts))
    assert len(names) > 1000
    places = set(changes.PLACES.values())
    assert [path for path in places if not (ROOT / path).exists()] == []
    assert [p for p in changes.PLACES if not any(n.startswith(p) for n in names)] == []
    assert [name for name in names if not changes._by_place(name, ROOT)] == [
        name
        for name in names
        if name.startswith("tests/")
        and name.endswith(".py")
        and not name.rpartition("/")[2].startswith(("test_", "conftest"))
    ]


@pytest.fixture
def repository(tmp_path):
    program = shutil.which("git")
    if program is None:
        pytest.skip("git is not installed")
    author = ["-c", "user.name=Test", "-c", "user.email=test@acme.example"]

    def git(*arguments):
        command = [program, "-C", str(tmp_path), *author, *arguments]
        subprocess.run(command, check=True, capture_output=True)

    git("init", "-q")
    for name in ("kept.py", "moved ü.py", "gone.py"):
        (tmp_path / name).write_text(name)
    git("add", "-A")
    git("commit", "-qm", "First")
    (tmp_path / "kept.py").write_text("changed")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "new\nline.py").write_text("new")
    (tmp_path / "moved ü.py").rename(tmp_path / "to.py")
    git("add", "to.py", "moved ü.py")
    return tmp_path


def test_what_differs_is_changed_gone_moved_or_new(repository):
    differs = ["gone.py", "kept.py", "moved ü.py", "new\nline.py", "to.py"]
    assert changes.changed_files("HEAD", repository) == differs


@pytest.mark.parametrize("revision", ["nobody", "--output=x", ""])
def test_a_revision_that_is_none_is_said(repository, revision):
    """Without origin as well, where nothing says what to compare with."""
    with pytest.raises(SetupProblem, match="bin/test --changed REVISION"):
        changes.changed_files(revision, repository)
    assert not (repository / "x").exists()
