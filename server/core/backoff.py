"""How long a message waits before it is tried again, and when trying ends.

Rule: `reliability-security.md` §3.3 (full jitter, base 30 s, cap 2 h; at most 20 tries and 72 h).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

BASE_SECONDS = 30
CAP_SECONDS = 2 * 3600
PARTNER_CAP_SECONDS = 24 * 3600  # what a partner may ask of us; more is a mistake or an attack
MAX_ATTEMPTS = 20
MAX_AGE = timedelta(hours=72)


def next_delay(attempt: int, random: Callable[[], float], retry_after: int | None = None) -> int:
    """Seconds to wait after attempt number `attempt` (from 1) brought nothing.

    `random` gives a number in [0, 1). A wait the partner asked for is a floor, never shortened.
    """
    ceiling = min(CAP_SECONDS, BASE_SECONDS << min(attempt - 1, 16))
    jittered = max(1, ceil(random() * ceiling))
    return max(jittered, min(retry_after or 0, PARTNER_CAP_SECONDS))


def exhausted(attempts: int, first_try: datetime, now: datetime) -> bool:
    """Whether a message has used its budget, in tries or in time, and needs a person."""
    return attempts >= MAX_ATTEMPTS or now - first_try >= MAX_AGE
