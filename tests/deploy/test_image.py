"""What the image is built from: named parts of the checkout, and no secret."""

import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from vms_portal.kernel.web.static_files import Finder

ROOT = Path(__file__).resolve().parents[2]
SECRETS = [
    "secrets/secret_key",
    "tls/portal.key",
    ".env",
    ".env.production",
    "vms-2026-11-01.dump",
    "backup.sql.gz",
    "portal.pem",
    # and inside what is copied
    "vms_portal/secrets/mfa_key",
    "deploy/tls/portal.crt",
    "tenants/.env",
    "static/backoffice.key",
    "billing/month.sql",
    "demo/ca.p12",
    # by the names the manual gives, without the directory it gives
    "environment",
    "mfa_key",
    "tenants/mfa_key.old",
    "app_password",
    "tenants/redis_password_portal",
    "vms_portal/secret_key_backoffice",
    "demo/secret_key_portal_fallbacks",
    "static/reset_key_portal",
    # what others call theirs, and what is packed or kept of them
    "static/id_rsa",
    "billing/id_ed25519.pub",
    "vms_portal/credentials.json",
    "static/.htpasswd",
    "demo/.pgpass",
    "tenants/keys.kdbx",
    "static/tls.der",
    "static/secrets.tar.gz",
    "demo/secrets.zip",
    "traffic/.env.bak",
    "vms_portal/settings.py.bak",
    "tenants/checks.py~",
    "billing/worker.log",
]

# By no name or kind that anybody's list of secrets has.
UNKNOWN = [
    "billing/secrets.txt",
    "tenants/key.json",
    "vms_portal/x.toml",
    "numbers/x.yaml",
    "vms_portal/operators/ours.toml",
    "demo/numbers-ours.csv",
    "demo/passwords.csv",
    "traffic/calls.xlsx",
    "billing/invoices/2026-10.pdf",
    "tenants/people.sqlite3",
    "routing/notes.md",
    "contracts/token",
    "vms_portal/config.ini",
    "locale/keys.po",
    "templates/secrets.txt",
    "templates/account/keys.json",
    "static/keys.json",
    "static/secrets.txt",
    "static/vendor/dump.sql",
    "static/css/app.css.bak",
    "deploy/redis.acl.local",
    "deploy/passwords.sh",
    "deploy/users.txt",
    # modules that belong to a machine
    "vms_portal/secrets.py",
    "vms_portal/local_settings.py",
    "tenants/.hidden.py",
    "vms_portal/settings_local.py",
    "billing/credentials.py",
    "demo/secrets/keys.py",
]


def _matcher(pattern: str) -> re.Pattern[str]:
    """A pattern of .dockerignore: it stands for a name and all below it."""
    text = re.escape(pattern.strip("/")).replace(r"\*\*/", "(?:.*/)?")
    return re.compile(text.replace(r"\*", "[^/]*") + r"(?:/.*)?")


def in_context(name: str) -> bool:
    """Does .dockerignore let the file in? The last line that fits decides."""
    kept = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if (
            line
            and not line.startswith("#")
            and _matcher(line.lstrip("!")).fullmatch(name)
        ):
            kept = line.startswith("!")
    return kept


def copied() -> list[str]:
    """The sources of every COPY of the Dockerfile."""
    lines = re.findall(r"(?m)^COPY (.+)$", (ROOT / "Dockerfile").read_text())
    return [source for line in lines for source in line.split()[:-1]]


def in_image(name: str) -> bool:
    path = PurePosixPath(name)
    named = {str(path), *map(str, path.parents)} - {"."}
    return in_context(name) and any(
        source in (".", "./") or source.strip("/") in named for source in copied()
    )


@pytest.mark.parametrize("name", [*SECRETS, *UNKNOWN])
def test_a_secret_in_the_checkout_is_not_in_the_image(name):
    assert not in_image(name)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_in_the_checkout_is_not_committed(tmp_path, name):
    """In a repository of its own with our ignore file, added by a careless hand."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    shutil.copy(ROOT / ".gitignore", tmp_path)
    planted = tmp_path / name
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text("secret")
    (tmp_path / "control").write_text("added")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run([git, *command], cwd=tmp_path, check=True)
    listed = subprocess.run(
        [git, "ls-files"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert set(listed.stdout.split()) == {".gitignore", "control"}


def test_what_was_copied_whole_would_be_noticed(monkeypatch):
    """The control: this is what the named parts and the ignore file are for."""
    everything = Path.read_text

    def careless(path: Path) -> str:
        if path.name == ".dockerignore":
            return ".git\n"
        return "COPY . .\n" if path.name == "Dockerfile" else everything(path)

    monkeypatch.setattr(Path, "read_text", careless)
    assert all(in_image(name) for name in [*SECRETS, *UNKNOWN])


def test_what_is_planted_in_a_copy_of_the_tree_stays_out(tmp_path):
    """The whole tree as it is, each name planted: the context gains no file."""
    kept = {name for name in tree(ROOT) if in_context(name)}
    assert len(kept) > 800
    for name in kept | {*SECRETS, *UNKNOWN}:
        file = tmp_path / name
        if not any(parent.is_file() for parent in file.parents):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    assert {name for name in tree(tmp_path) if in_context(name)} == kept


def tree(root: Path) -> set[str]:
    """Every file below, but what is made by running the checkout."""
    made = {".git", ".venv", "var", "staticfiles", "__pycache__"}
    return {
        str(path.relative_to(root))
        for top in root.iterdir()
        if top.name not in made
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file() and not made & set(path.parts)
    }


@pytest.mark.parametrize("name", [n for n in [*SECRETS, *UNKNOWN] if "static/" in n])
def test_a_secret_among_the_static_files_is_not_served(tmp_path, settings, name):
    inside = name.partition("static/")[2]
    settings.STATICFILES_DIRS = [tmp_path]
    for path in (inside, "css/app.css"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("secret")
    finder = Finder()
    assert [path for path, _storage in finder.list([])] == ["css/app.css"]
    assert not finder.find(inside)
    assert finder.find("css/app.css")


def test_all_that_is_tracked_among_the_static_files_is_served():
    found = {path for path, _storage in Finder().list([])}
    ours = {str(p.relative_to(ROOT / "static")) for p in (ROOT / "static").rglob("*.*")}
    assert {name for name in ours - found if not name.endswith("README.md")} == set()


def test_the_image_has_all_it_runs():
    """Every tracked file of the packages, their templates, texts and styles."""
    parts = [
        "billing",
        "contracts",
        "demo",
        "numbers",
        "routing",
        "tenants",
        "traffic",
        "vms_portal",
        "templates",
        "static",
        "locale",
    ]
    files = [
        str(path.relative_to(ROOT))
        for part in parts
        for path in (ROOT / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    files += ["manage.py", "deploy/entrypoint.sh", "deploy/requirements.lock"]
    assert [name for name in files if not in_image(name)] == []
    assert in_image("deploy/pgbouncer.sh")
    assert not in_image("tests/conftest.py")
