"""Is every text translated, and are the compiled catalogues those of the sources?

Extracts the texts anew from a copy of the tree, so the check writes nothing into
the checkout: ``python vms_portal/devstack/translations.py``.
"""

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("fr", "nl", "de")
IGNORED = (".venv", "var", "staticfiles", "tests", ".git", "node_modules", "vendor")

# xgettext takes a text by the name of the function; any other name hides it.
UNKNOWN_NAME = re.compile(r"import \w*gettext\w* as (?!_n?$)\w+", re.MULTILINE)


def _run(*command: object, directory: Path = ROOT) -> subprocess.CompletedProcess[str]:
    parts = [str(part) for part in command]
    return subprocess.run(parts, cwd=directory, capture_output=True, text=True)


def _extract(directory: Path) -> Path:
    """The template catalogue of everything marked for translation today."""
    copy = directory / "tree"
    ignore = shutil.ignore_patterns(*IGNORED, "__pycache__", "*.po", "*.mo")
    shutil.copytree(ROOT, copy, ignore=ignore, symlinks=True)
    (copy / "locale").mkdir(exist_ok=True)
    done = _run(
        # The project's own command: it knows all names that mark a text.
        *[sys.executable, "manage.py", "makemessages", "--keep-pot"],
        *["--no-location", "--no-wrap", "-l", "fr"],
        directory=copy,
    )
    if done.returncode:
        raise SystemExit(f"makemessages failed:\n{done.stderr}")
    return copy / "locale" / "django.pot"


def _hidden(tree: Path) -> list[str]:
    """Modules that mark their texts so that the extraction does not see them."""
    problems = []
    for path in sorted(tree.rglob("*.py")):
        source, name = path.read_text(), path.relative_to(tree)
        if UNKNOWN_NAME.search(source):
            problems.append(f"{name}: only gettext, _ and _n are extracted")
        problems += [
            f"{name}:{line}: a text in an f-string is extracted by newer gettexts only"
            for line in in_f_strings(source)
        ]
    return problems


def in_f_strings(source: str) -> list[int]:
    """Return the lines of f-strings in which a text is marked for translation."""
    return [
        call.lineno
        for string in ast.walk(ast.parse(source))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and (call.func.id in {"_", "_n"} or "gettext" in call.func.id)
        and any(isinstance(text, ast.Constant) for text in call.args)
    ]


def _problems(language: str, template: Path, directory: Path) -> list[str]:
    catalogue = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    if not catalogue.exists():
        return [f"{language}: there is no catalogue"]
    problems = []
    compared = _run("msgcmp", catalogue, template)
    if compared.returncode:
        problems.append(f"{language}: missing or fuzzy\n{compared.stderr.strip()}")
    checked = _run("msgfmt", "--check-format", "-o", directory / "fresh.mo", catalogue)
    if checked.returncode:
        return [*problems, f"{language}: {checked.stderr.strip()}"]
    fresh, compiled = directory / "fresh.mo", catalogue.with_suffix(".mo")
    if not compiled.exists() or fresh.read_bytes() != compiled.read_bytes():
        problems.append(f"{language}: compile again (manage.py compilemessages)")
    return problems


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        template = _extract(directory)
        problems = _hidden(template.parent.parent) + [
            problem
            for language in LANGUAGES
            for problem in _problems(language, template, directory)
        ]
    sys.stdout.write("\n".join(problems) + "\n" if problems else "complete\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
