"""Words shared by the eFact tables: the sorts of zones we never fill, and the sets of characters.

A set allows one special character at most: CD-REC cannot tell two of them apart, nor a capital
from a small letter (`be-efact.md` §3), so a set that held both would let a damaged record pass.
"""

from server.core.layout import NUMERALS, UPPER, Field, Kind

BANK = NUMERALS + UPPER + " "
NAME = NUMERALS + UPPER + UPPER.lower() + " -'./&(),+"  # segment 300 only: no control digits there
NETWORK = NUMERALS + UPPER + " +"  # the engagement number given by MemberData
PAYMENT = NUMERALS + UPPER + " /"
SIGN = "+-"


def zeros(name: str, start: int, width: int) -> Field:
    """Give a reserve zone, or one that must be zero: nothing else is sound there."""
    return Field(name, start, width, Kind.FIXED, fill="0")


def blanks(name: str, start: int, width: int) -> Field:
    """Give a zone of blanks, and nothing else."""
    return Field(name, start, width, Kind.FIXED, fill=" ")


def unused(name: str, start: int, width: int, label: str = "") -> Field:
    """Give a zone a kiné leaves at zero but where the norm foresees digits."""
    return Field(name, start, width, Kind.FIXED, label, fill="0", charset=NUMERALS)


def noted(name: str, start: int) -> Field:
    """Give the two digits in which the insurer says what is wrong with the zone before."""
    return Field(name, start, 2, Kind.FIXED, fill="0")
