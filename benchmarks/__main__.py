"""Run the topics one after the other, each in a process of its own, and print.

``bin/bench decisions pages`` runs two of them.
"""

import json
import os
import platform
import subprocess
import sys
import time

from benchmarks.measure import Row, load
from benchmarks.topics import TOPICS

HEADINGS = ("metric", "value", "baseline", "ratio", "target", "")


def run(topic: str) -> list[Row]:
    """The topic's rows; its own messages go to standard error as they come."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.topic", topic],
        env=os.environ | {"VMS_PROCESS": TOPICS[topic]},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return [Row(**row) for row in json.loads(done.stdout)]


def table(rows: list[Row]) -> str:
    """A Markdown table, ready for docs/performance.md."""
    cells = [HEADINGS]
    for row in rows:
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}x"
        verdict = {True: "met", False: "MISSED", None: ""}[row.met]
        cells.append((row.metric, row.value, row.baseline, ratio, row.target, verdict))
    widths = [max(len(line[i]) for line in cells) for i in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |"
        for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def main(wanted: list[str]) -> int:
    rows, began = [], time.monotonic()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load()}")
    for topic in TOPICS:
        if not wanted or topic in wanted:
            print(f"  {topic} ...", flush=True)
            rows += run(topic)
    print(f"\n{table(rows)}\n\n{time.monotonic() - began:.0f} s, load {load()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
