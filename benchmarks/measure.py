"""Timing on a noisy machine: CPU time, the best of several runs."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table. ``ratio`` is how often the target is stated: higher
    is better, None where there is no baseline and ``value`` itself is judged."""

    metric: str
    value: str
    baseline: str
    ratio: float | None
    target: str
    met: bool | None = None


def against(metric: str, value: str, baseline: str, ratio: float, target: float) -> Row:
    """A row whose ratio must reach ``target``."""
    return Row(metric, value, baseline, ratio, f"{target:g}x", ratio >= target)


def best_seconds(
    work: Callable[[], object], times: int, clock: Callable[[], float]
) -> float:
    """The shortest of several runs: what the work costs when nothing disturbs it."""
    seconds = []
    for _ in range(times):
        began = clock()
        work()
        seconds.append(clock() - began)
    return min(seconds)


def best_cpu(work: Callable[[], object], times: int = 5) -> float:
    return best_seconds(work, times, time.process_time)


def best_wall(work: Callable[[], object], times: int = 3) -> float:
    """For work the database does: its CPU time is not ours."""
    return best_seconds(work, times, time.perf_counter)


def report(rows: list[Row]) -> None:
    """Hand the rows to the process that prints the table."""
    json.dump([asdict(row) for row in rows], sys.stdout)


def load() -> str:
    return " ".join(f"{figure:.1f}" for figure in os.getloadavg())
