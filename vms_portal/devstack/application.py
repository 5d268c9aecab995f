"""The steps that run manage.py: migrations, static files, the demo."""

import os
from collections.abc import Mapping
from pathlib import Path

from .layout import LOCK, PYTHON, ROOT
from .needs import environment_of
from .processes import run
from .stamps import Stamp, fingerprint


def environment(values: Mapping[str, str], **more: str) -> dict[str, str]:
    """What we made and what was given, for the tests, which play every process."""
    given = {k: v for k, v in os.environ.items() if k != "VMS_PROCESS"}
    return {**given, **values, "PYTHONUNBUFFERED": "1", **more}


def manage(
    values: Mapping[str, str], process: str, *arguments: str, problem: str
) -> str:
    return run(
        [PYTHON, ROOT / "manage.py", *arguments],
        problem=problem,
        environment=environment_of(process, values),
        directory=ROOT,
    )


def migrate(values: Mapping[str, str], stamps: Path, database_id: str) -> str:
    """Migrate as the owner, unless nothing changed since the last time.

    The rights of staff groups, which apps contribute, are given behind migrations.
    """
    files = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/contributions.py")]
    wanted = fingerprint([*files, LOCK], database_id)
    stamp = Stamp(stamps / "migrations")
    if stamp.matches(wanted):
        return "unchanged"
    manage(values, "owner", "migrate", "--noinput", problem="The migrations failed.")
    stamp.write(wanted)
    return "applied"


def collect_static(values: Mapping[str, str], stamps: Path) -> str:
    """Collect when a file changed: manifest storage answers 500 for a new one."""
    files = [p for p in ROOT.glob("**/static/**/*") if _is_source(p)]
    wanted = fingerprint([*files, LOCK])
    stamp = Stamp(stamps / "static")
    target = Path(values.get("VMS_STATIC_ROOT", ROOT / "staticfiles"))
    if stamp.matches(wanted) and (target / "staticfiles.json").exists():
        return "unchanged"
    manage(
        values,
        *["static", "collectstatic", "--noinput", "--clear", "-v", "0"],
        problem="The static files could not be collected.",
    )
    stamp.write(wanted)
    return "collected"


def _is_source(path: Path) -> bool:
    inside = path.relative_to(ROOT).parts[0]
    return path.is_file() and inside not in {".venv", "var", "staticfiles"}
