"""Walks over a graph given as name -> names it leads to. No recursion.

Documents are hostile input: a chain of a hundred thousand steps must not
exhaust the stack.
"""

from collections.abc import Iterable, Mapping

Links = Mapping[str, Iterable[str]]


def reachable(links: Links, start: str) -> set[str]:
    """Return every name that can be reached from ``start``, itself included."""
    seen = {start}
    waiting = [start]
    while waiting:
        for to in links[waiting.pop()]:
            if to not in seen:
                seen.add(to)
                waiting.append(to)
    return seen


def on_a_cycle(links: Links) -> set[str]:
    """Return the names that can come back to themselves."""
    names: set[str] = set()
    for component in components(links):
        if len(component) > 1 or any(name in links[name] for name in component):
            names |= component
    return names


def components(links: Links) -> list[set[str]]:
    """Return the names in sets of those that all lead to each other."""
    back = _reversed(links)
    settled: set[str] = set()
    return [  # Kosaraju: components of the reversed graph
        _unsettled(back, root, settled)
        for root in reversed(finishing_order(links))
        if root not in settled
    ]


def leading_to(links: Links, names: Iterable[str]) -> set[str]:
    """Return ``names`` and every name from which one of them can be reached."""
    back = _reversed(links)
    settled: set[str] = set()
    for name in names:
        if name not in settled:
            _unsettled(back, name, settled)
    return settled


def _reversed(links: Links) -> dict[str, list[str]]:
    back: dict[str, list[str]] = {name: [] for name in links}
    for name, leads in links.items():
        for to in leads:
            back[to].append(name)
    return back


def _unsettled(back: Links, root: str, settled: set[str]) -> set[str]:
    component = {root}
    settled.add(root)
    waiting = [root]
    while waiting:
        for to in back[waiting.pop()]:
            if to not in settled:
                settled.add(to)
                component.add(to)
                waiting.append(to)
    return component


def finishing_order(links: Links) -> list[str]:
    """Return all names, each after everything it leads to (where acyclic)."""
    order: list[str] = []
    seen: set[str] = set()
    for start in links:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(links[start]))]
        while stack:
            name, leads = stack[-1]
            fresh = next((to for to in leads if to not in seen), None)
            if fresh is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(fresh)
                stack.append((fresh, iter(links[fresh])))
    return order


def heaviest_path(links: Links, weights: Mapping[str, int], start: str) -> list[str]:
    """Return the path from ``start`` with the greatest weight. Needs no cycles."""
    best: dict[str, int] = {}
    onward: dict[str, str | None] = {}
    for name in finishing_order(links):
        onward[name] = max(links[name], key=best.__getitem__, default=None)
        then = onward[name]
        best[name] = weights[name] + (best[then] if then is not None else 0)
    path = [start]
    while (then := onward[path[-1]]) is not None:
        path.append(then)
    return path
