"""How long whoever typed a wrong secret waits before the next try (security row 37)."""

FREE = 3
"""Wrong tries that cost nothing: a person in a hurry makes them."""

LONGEST = 900
"""Seconds: no wait is longer, so that a joker keeps nobody out for a day."""

_FIRST = 5  # seconds after the fourth


def wait_after(wrong: int) -> int:
    """Return the seconds to wait after so many wrong tries in a row; doubled each time."""
    return 0 if wrong <= FREE else min(LONGEST, _FIRST << min(wrong - FREE - 1, 20))
