"""What a network reports about an attempt, as one of the plan's outcomes.

Standard library only. SIP status codes are those of RFC 3261, causes those of
ITU-T Q.850 as carried in a Reason header (RFC 3326).
"""

# Somebody answered and did not press 1: by everything that follows, no answer.
UNCONFIRMED = "unconfirmed"
NO_ANSWER = "no_answer"

OUTCOMES = (
    "answered",
    UNCONFIRMED,
    "busy",
    NO_ANSWER,
    "unreachable",
    "congestion",
    "rejected",
    "unallocated",
    "failed",
    "loop",
    "abandoned",
    "cancelled",
)

BY_STATUS = {
    486: "busy",
    600: "busy",
    502: "unreachable",
    504: "unreachable",
    503: "congestion",
    403: "rejected",
    603: "rejected",
    404: "unallocated",
    410: "unallocated",
    484: "unallocated",
    482: "loop",
    483: "loop",
    487: "abandoned",
}
BY_CAUSE = {
    17: "busy",
    18: "no_answer",
    19: "no_answer",
    20: "unreachable",
    27: "unreachable",
    38: "unreachable",
    34: "congestion",
    41: "congestion",
    42: "congestion",
    21: "rejected",
    1: "unallocated",
    22: "unallocated",
    28: "unallocated",
    25: "loop",
}
REQUEST_TIMEOUT = 408
TEMPORARILY_UNAVAILABLE = 480


def outcome_of(status: int | None, *, cause: int | None = None, rang: bool) -> str:
    """Return the outcome of an attempt.

    ``status`` is the final SIP status (None: no reply at all), ``cause`` the
    Q.850 reason if one came, ``rang`` whether a 180 was seen before.
    """
    if status is not None and 200 <= status < 300:
        return "answered"
    silent = "no_answer" if rang else "unreachable"
    if status is None:
        return BY_CAUSE.get(cause, "failed") if cause is not None else "unreachable"
    if status == REQUEST_TIMEOUT:
        return silent
    if status == TEMPORARILY_UNAVAILABLE:
        return silent if cause is None else BY_CAUSE.get(cause, "failed")
    return BY_STATUS.get(status, "failed")
