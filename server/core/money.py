"""Money is an integer number of euro cents; these are its two readings by people."""

import re

from server.core.errors import InvalidValue

_TYPED = re.compile(r"([-−]?)(\d{1,9})(?:[.,](\d{1,2}))?")
_NBSP = "\u00a0"


def euros(cents: int, group: str = _NBSP) -> str:
    """Write cents as `1 234,56`: comma, two decimals, U+2212 for a negative sum.

    `group` separates thousands: a no-break space in French, a point in Dutch.
    """
    whole, rest = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}{whole:,}".replace(",", group) + f",{rest:02d}"


def parse_cents(text: str) -> int:
    """Read an amount typed by a person: `12`, `12,5`, `12.50 €`, `1 234,56`."""
    bare = re.sub(r"[\s\u00a0\u202f€]", "", text)
    match = _TYPED.fullmatch(bare)
    if match is None:
        raise InvalidValue(field="amount", reason="amount")
    sign, whole, rest = match.groups()
    cents = int(whole) * 100 + int((rest or "0").ljust(2, "0"))
    return -cents if sign else cents
