"""Files of numbers as customers send them."""

import datetime as dt
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "demo"
ACME = (SAMPLES / "numbers-acme.csv").read_bytes()
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
HEADER = "number,site,option,activated_on"


def codes(outcome) -> list[tuple[int | None, str, str]]:
    return [(p.row, p.column, p.code) for p in outcome.problems]


def row(*cells: str) -> str:
    return f"{HEADER}\n{','.join(cells)}\n"
