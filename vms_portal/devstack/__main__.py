"""Entry point of bin/run, bin/test, bin/reset, bin/doctor and bin/bench.

The package is loaded under the name ``devstack`` from its own directory, so that
neither the project root nor ``vms_portal`` (whose ``operator`` module would hide
the standard one) is ever on ``sys.path``.
"""

import importlib
import importlib.util
import sys
from pathlib import Path

COMMANDS = ("run", "test", "reset", "doctor", "bench", "provision")


def _load_package() -> None:
    here = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        "devstack", here / "__init__.py", submodule_search_locations=[str(here)]
    )
    assert spec is not None  # noqa: S101
    assert spec.loader is not None  # noqa: S101
    package = importlib.util.module_from_spec(spec)
    sys.modules["devstack"] = package
    spec.loader.exec_module(package)


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        sys.stderr.write(f"usage: {' | '.join(f'bin/{c}' for c in COMMANDS)}\n")
        return 2
    sys.dont_write_bytecode = True
    _load_package()
    problem = importlib.import_module("devstack.problem")
    command = importlib.import_module(f"devstack.command_{arguments[0]}")
    try:
        return int(command.main(arguments[1:]))
    except problem.SetupProblem as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
