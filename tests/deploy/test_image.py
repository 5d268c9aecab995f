"""What the image is built from: named parts of the checkout, and no secret."""

import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRETS = [
    "secrets/secret_key", "tls/portal.key", ".env", ".env.production",
    "vms-2026-11-01.dump", "backup.sql.gz", "portal.pem",
    # and inside what is copied
    "vms_portal/secrets/mfa_key", "deploy/tls/portal.crt", "tenants/.env",
    "static/backoffice.key", "billing/month.sql", "demo/ca.p12",
    # by the names the manual gives, without the directory it gives
    "environment", "mfa_key", "tenants/mfa_key.old", "app_password",
    "tenants/redis_password_portal", "vms_portal/secret_key_backoffice",
    "demo/secret_key_portal_fallbacks", "static/reset_key_portal",
    # what others call theirs, and what is packed or kept of them
    "static/id_rsa", "billing/id_ed25519.pub", "vms_portal/credentials.json",
    "static/.htpasswd", "demo/.pgpass", "tenants/keys.kdbx", "static/tls.der",
    "static/secrets.tar.gz", "demo/secrets.zip", "traffic/.env.bak",
    "vms_portal/settings.py.bak", "tenants/sign_in.py~", "billing/worker.log",
]  # fmt: skip


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


@pytest.mark.parametrize("name", SECRETS)
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
    assert all(in_image(name) for name in SECRETS)


def test_the_image_has_all_it_runs():
    """Every tracked file of the packages, their templates, texts and styles."""
    parts = [
        "billing", "contracts", "demo", "numbers", "routing", "tenants", "traffic",
        "vms_portal", "templates", "static", "locale",
    ]  # fmt: skip
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
