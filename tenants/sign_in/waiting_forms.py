"""How much of the forms that wait for a confirmation one session keeps."""

KEY = "acts_kept"
# Of more windows that ask at the same time the oldest says that it was not done.
MOST = 8
# Of all that waits in one session, as it is kept.
LONGEST = 100_000
GIVEN_UP = 0, 0, ""
# Stays, so that a confirmation sent once more does not say that nothing was done.
DONE = "done"
# When the form was sent, whose it is, and the form; without one it is given up.
Kept = dict[str, tuple[int, int, str]]


def bounded(kept: Kept) -> Kept:
    """Return the newest forms, and the newest of those given up and done.

    Addresses alone fill a session too.
    """
    kept = dict(kept)
    waiting = [one for one, (*_when, form) in kept.items() if form not in ("", DONE)]
    # As they were sent: what two windows noted is in no order.
    waiting.sort(key=lambda one: kept[one][0])
    for place, old in enumerate(waiting, start=1):
        is_too_much = sum(len(form) for _at, _by, form in kept.values()) > LONGEST
        if is_too_much or place <= len(waiting) - MOST:
            kept[old] = GIVEN_UP
    return dict(list(kept.items())[-4 * MOST :])
