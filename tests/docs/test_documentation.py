"""What the documents claim is true of the code beside them."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
TOP = {p.name for p in ROOT.iterdir() if not p.name.startswith(".")} - {
    "var",
    "staticfiles",
}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text()):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_named_files_exist(document):
    for name in re.findall(r"`([\w./-]+)`", document.read_text()):
        if "/" in name.strip("/") and name.split("/")[0] in TOP:
            assert (ROOT / name).exists(), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_named_commands_can_be_run(document):
    for name in set(re.findall(r"(?<![\w/])bin/\w+", document.read_text())):
        assert os.access(ROOT / name, os.X_OK), name


def test_every_setting_is_documented():
    sources = [*ROOT.glob("vms_portal/*.py"), *ROOT.glob("vms_portal/kernel/**/*.py")]
    used = {
        name
        for source in sources
        for name in re.findall(r"\"(VMS_[A-Z_]+|REDIS_URL)\"", source.read_text())
    }
    assert len(used) > 20
    told = text("docs/operations.md")
    missing = {name for name in used if name not in _spelled_out(told)}
    assert not missing


def test_no_setting_is_invented():
    code = "".join(
        path.read_text()
        for folder in ("vms_portal", "deploy", "demo")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".sh"}
    )
    for name in _spelled_out(text("docs/operations.md")):
        assert name in code, name


def _spelled_out(told: str) -> set[str]:
    """The variables of the table; ``NAME_A``, ``_B`` stands for NAME_A and NAME_B."""
    found = set()
    for line in re.findall(r"(?m)^\| (`.*?) \|", told):
        names = re.findall(r"`([A-Z_]+)`", line)
        for name in names:
            stem = names[0].rsplit("_", 1)[0]
            found.add(stem + name if name.startswith("_") else name)
    return {name for name in found if name.startswith(("VMS_", "REDIS"))}


def test_the_order_of_the_apps_is_the_one_enforced():
    shown = re.search(r"(?m)^vms_portal\.urls -> .*$", text("docs/architecture.md"))
    assert shown
    rules = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    enforced = next(rule for rule in rules if "downwards" in rule["name"])["layers"]
    assert shown[0].split(" -> ") == enforced


def test_the_secrets_of_the_manual_are_usable(tmp_path):
    manual = text("docs/operations.md")
    block = re.search(r"(?s)```sh\n(\s+mkdir -m 700 secrets.*?)```", manual)
    assert block
    subprocess.run(["/bin/sh", "-e", "-c", block[1]], cwd=tmp_path, check=True)
    made = {path.name for path in (tmp_path / "secrets").iterdir()}
    compose = text("docker-compose.yml").split("\nsecrets:\n")[1]
    assert made == set(re.findall(r"(?m)^  (\w+): \{file", compose))
    key = (tmp_path / "secrets" / "mfa_key").read_text().strip()
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"x")) == b"x"


def test_threats_are_answered_by_tests_that_exist():
    rows = re.findall(r"(?m)^\|.*\|$", text("docs/threat-model.md"))
    names = {name for row in rows for name in re.findall(r"`(tests/[\w/.]+)`", row)}
    assert len(names) > 40
    assert {name for name in names if "def test_" not in text(name)} == set()


def test_every_decision_has_a_number_and_names_what_was_rejected():
    files = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert len(files) >= 4
    for file in files:
        assert file.read_text().startswith(f"# {file.name[:4]} ")
        assert "Rejected" in file.read_text(), file.name


def test_decisions_that_code_names_are_there():
    """By their number, or by the whole name of the file; numbers have no holes."""
    there = sorted(path.stem for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert [name[:4] for name in there] == [f"{n + 1:04}" for n in range(len(there))]
    said = {
        (name, named(file))
        for top in TOP
        for file in (ROOT / top).rglob("*.py")
        for name in re.findall(r"docs/adr/(\d{4}[\w-]*)", file.read_text())
    }
    assert len(said) > 8
    dead = {one for one in said if not any(n.startswith(one[0]) for n in there)}
    assert dead == set()
