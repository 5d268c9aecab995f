"""Exact percentages: a smooth weighted round robin over one hundred slots."""

from collections.abc import Mapping

SLOTS = 100


def slot_table(shares: Mapping[str, int]) -> list[str]:
    """Return the exit of each of the 100 slots for ``shares`` that total 100.

    Each slot adds every share to its counter, takes the largest (a tie goes to
    the first written) and subtracts 100 from it: 60/40 starts a b a b a. Every
    100 consecutive calls hold the shares exactly.
    """
    counters = dict.fromkeys(shares, 0)
    table = []
    for _ in range(SLOTS):
        for name, share in shares.items():
            counters[name] += share
        largest = max(counters, key=counters.__getitem__)
        counters[largest] -= SLOTS
        table.append(largest)
    return table
