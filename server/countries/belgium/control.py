"""Control digits of eFact: CD-REC of a record, CD-FACT, CD-MUT and CD-ENVOI of nomenclature sums.

Source: `be-efact.md` §3. Results are two digits, 01 to 97.
"""

from collections.abc import Iterable
from zlib import adler32

RECORD_LENGTH = 350
_SUMMED = 348  # the last two characters are the control digits themselves


def _weights() -> bytes:
    """Weigh each byte: a digit its value, a blank 10, a letter 11 to 36, anything else 37."""
    table = bytearray([37]) * 256
    table[ord(" ")] = 10
    for digit in range(10):
        table[ord("0") + digit] = digit
    for rank in range(26):
        table[ord("A") + rank] = table[ord("a") + rank] = 11 + rank
    return bytes(table)


_WEIGHTS = _weights()
_TWO_DIGITS = tuple(f"{rest or 97:02d}" for rest in range(97))


def record_check(record: bytes) -> str:
    """Compute CD-REC over the first 348 bytes of a record.

    The low half of Adler-32 is one plus the sum of the bytes, modulo 65 521: since 348 weights of
    at most 37 stay below that, it is their exact sum, added in C.
    """
    total = (adler32(record[:_SUMMED].translate(_WEIGHTS)) & 0xFFFF) - 1
    return _TWO_DIGITS[total % 97]


def with_check(text: str) -> bytes:
    """Put its control digits in a record; raises UnicodeEncodeError if it is not ASCII."""
    body = text[:_SUMMED]
    return (body + record_check(body.encode("ascii"))).encode("ascii")


def code_check(codes: Iterable[int]) -> str:
    """Compute CD-FACT, CD-MUT or CD-ENVOI: the nomenclature numbers of R50, R51 and R52, summed."""
    return sum_check(sum(codes))


def sum_check(total: int) -> str:
    """Give the two digits of a sum of nomenclature numbers: its rest by 97, with 97 for 0."""
    return _TWO_DIGITS[total % 97]
