"""Numbers of French bodies and professionals: complementary insurers (AMC), and who bills.

Sources: `fr-sesam-vitale.md` §14; cases A8 to A11 of `fr-rules-tests.md`; rule FR-50.
"""

from dataclasses import dataclass
from typing import Self

from server.core.errors import InvalidNumber

_SPACING = " .-/\u00a0\u202f"
AMC_WIDTH = 10  # positions of a number as lists print it, zeros in front (SOFIA-19)
_AMC_SHORTEST = 6  # digits left of a real one without its zeros, with room to spare


def luhn(digits: str) -> bool:
    """Whether the last digit is the check of the others; every second from the right doubles."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def bare(number: str) -> str:
    """Give a number as it is compared: no spacing, no zeros in front, letters in capitals."""
    return "".join(c for c in number if c not in _SPACING).upper().lstrip("0")


@dataclass(frozen=True, slots=True)
class AmcNumber:
    """A complementary insurer, by its own number or that of its transmissions (FR-46).

    `0099999997` and `99999997` are the same body. A wrong check digit is a remark and never a
    refusal: the lists in use hold such numbers.
    """

    digits: str  # no zeros in front

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing and zeros in front; refuse what no list could hold."""
        digits = bare(text)
        if not (digits.isascii() and digits.isdigit()):
            raise InvalidNumber(kind="amc", given=text, reason="shape")
        if not _AMC_SHORTEST <= len(digits) <= AMC_WIDTH:
            raise InvalidNumber(kind="amc", given=text, reason="length")
        return cls(digits)

    @property
    def checks(self) -> bool:
        """Whether its check digit is right."""
        return luhn(self.digits)

    def __str__(self) -> str:
        return self.digits.zfill(AMC_WIDTH)


@dataclass(frozen=True, slots=True)
class BillingNumber:
    """The number a French kiné bills under, at one place of practice: eight digits and a key."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing; refuse a wrong key."""
        digits = "".join(c for c in text if c not in _SPACING)
        if len(digits) != 9 or not (digits.isascii() and digits.isdigit()):
            raise InvalidNumber(kind="billing", given=text, reason="length")
        if not luhn(digits):
            raise InvalidNumber(kind="billing", given=text, reason="check")
        return cls(digits)

    def __str__(self) -> str:
        d = self.digits
        return f"{d[:2]} {d[2]} {d[3:8]} {d[8]}"
