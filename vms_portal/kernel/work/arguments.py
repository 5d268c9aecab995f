"""What tasks of ours are given: numbers, short texts and flat lists of them."""

# Characters and entries; Celery takes what is nested deeper apart by recursion.
LONGEST = 10_000
# What a row's key may be in the database.
KEYS = range(-(2**63), 2**63)


def are_plain(arguments: object) -> bool:
    """Are they such as a task of ours takes? Others harm whoever handles them."""
    if not isinstance(arguments, list) or len(arguments) > LONGEST:
        return False
    return all(_is_plain(part) or _is_flat(part) for part in arguments)


def _is_flat(part: object) -> bool:
    return isinstance(part, list) and len(part) <= LONGEST and all(map(_is_plain, part))


def _is_plain(part: object) -> bool:
    if isinstance(part, str):
        return len(part) <= LONGEST
    return part is None or (isinstance(part, int) and part in KEYS)
