"""The numbers of the trade: parsed once at the edge; after that the type is the proof.

Sources of the rules: `be-efact.md` §3 (NISS, NIHII, BCE, IBAN, agreement and nomenclature numbers);
`fr-sesam-vitale.md` §14 (NIR). The other French numbers are in `server.countries.france`.
"""

import re
from dataclasses import dataclass
from typing import Self

from server.core.errors import InvalidNumber

_SPACING = " .-/\u00a0\u202f"


def digits_of(kind: str, text: str, length: int) -> str:
    """Keep the digits of a typed number; refuse other characters and other lengths."""
    digits = "".join(c for c in text if c not in _SPACING)
    if len(digits) != length or not (digits.isascii() and digits.isdigit()):
        raise InvalidNumber(kind=kind, given=text, reason="length")
    return digits


@dataclass(frozen=True, slots=True)
class Niss:
    """A Belgian social-security number (or BIS number), eleven digits."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept dots, dashes and spaces; refuse anything that fails mod 97 in both centuries."""
        digits = digits_of("niss", text, 11)
        body, check = digits[:9], int(digits[9:])
        if check not in (97 - int(body) % 97, 97 - int("2" + body) % 97):
            raise InvalidNumber(kind="niss", given=text, reason="check")
        return cls(digits)

    @property
    def born_from_2000(self) -> bool:
        """Whether the check digits are those of a birth in 2000 or later."""
        return int(self.digits[9:]) == 97 - int("2" + self.digits[:9]) % 97

    @property
    def sex(self) -> str | None:
        """Give "M" for an odd order number, "F" for an even one; None for a BIS of unknown sex."""
        if 20 <= int(self.digits[2:4]) < 40:
            return None
        return "M" if int(self.digits[6:9]) % 2 else "F"

    def __str__(self) -> str:
        d = self.digits
        return f"{d[:2]}.{d[2:4]}.{d[4:6]}-{d[6:9]}.{d[9:]}"


_NIR = re.compile(r"[1-8]\d{4}(?:\d{2}|2[AB])\d{6}")
_CORSICA = {"2A": "19", "2B": "18"}  # what stands for the letters in the sum of the key


@dataclass(frozen=True, slots=True)
class Nir:
    """A French number of the register: thirteen characters, then a key of two digits."""

    body: str
    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing and lower case; the key is 97 − (number mod 97), 2A and 2B as 19 and 18.

        Nothing else is refused: months and departments exist that no calendar and no map knows.
        """
        read = cls.shaped(text)
        if not read.key_holds:
            raise InvalidNumber(kind="nir", given=text, reason="check")
        return read

    @classmethod
    def shaped(cls, text: str) -> Self:
        """Read a number whose key may be wrong: a draft keeps it, nothing is secured with it."""
        bare = "".join(c for c in text if c not in _SPACING).upper()
        if len(bare) != 15 or not bare.isascii() or not bare[13:].isdigit():
            raise InvalidNumber(kind="nir", given=text, reason="length")
        if not _NIR.fullmatch(bare[:13]):
            raise InvalidNumber(kind="nir", given=text, reason="shape")
        return cls(bare[:13], bare[13:])

    @property
    def key_holds(self) -> bool:
        """Whether the key is the one of the number."""
        return self.key == self.key_of(self.body)

    @staticmethod
    def key_of(body: str) -> str:
        """Compute the key of thirteen characters of the right shape."""
        digits = body[:5] + _CORSICA.get(body[5:7], body[5:7]) + body[7:]
        return f"{97 - int(digits) % 97:02d}"

    @property
    def digits(self) -> str:
        """The fifteen characters, as stored; letters in Corsica."""
        return self.body + self.key

    def __str__(self) -> str:
        b = self.body
        return " ".join((b[0], b[1:3], b[3:5], b[5:7], b[7:10], b[10:], self.key))


@dataclass(frozen=True, slots=True)
class Nihii:
    """An INAMI/RIZIV number, eleven digits: six, two check digits, three of qualification."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing and the leading zero of the twelve-character form."""
        bare = "".join(c for c in text if c not in _SPACING)
        digits = digits_of("nihii", bare[1:] if len(bare) == 12 and bare[0] == "0" else bare, 11)
        if int(digits[6:8]) != 97 - int(digits[:6]) % 97:
            raise InvalidNumber(kind="nihii", given=text, reason="check")
        return cls(digits)

    @property
    def qualification(self) -> str:
        """The last three digits, the competence code (527 for the kinés sampled)."""
        return self.digits[8:]

    def __str__(self) -> str:
        d = self.digits
        return f"{d[0]}-{d[1:6]}-{d[6:8]}-{d[8:]}"


@dataclass(frozen=True, slots=True)
class Bce:
    """A Belgian enterprise number (BCE/KBO), ten digits."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing and the BE prefix; the last two digits are 97 − (first eight mod 97)."""
        digits = digits_of("bce", text.strip().upper().removeprefix("BE"), 10)
        if int(digits[8:]) != 97 - int(digits[:8]) % 97:
            raise InvalidNumber(kind="bce", given=text, reason="check")
        return cls(digits)

    def __str__(self) -> str:
        d = self.digits
        return f"{d[:4]}.{d[4:7]}.{d[7:]}"


@dataclass(frozen=True, slots=True)
class Iban:
    """An account number: mod 97 = 1; a Belgian one also has its own two check digits.

    A French one has twenty-seven characters.
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing and lower case; refuse wrong shapes and wrong check digits."""
        bare = "".join(c for c in text if c not in _SPACING).upper()
        if not (15 <= len(bare) <= 34 and bare.isascii() and bare.isalnum() and bare[:2].isalpha()):
            raise InvalidNumber(kind="iban", given=text, reason="length")
        if int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 != 1:
            raise InvalidNumber(kind="iban", given=text, reason="check")
        if bare.startswith("BE"):
            _check_belgian_account(bare, text)
        if bare.startswith("FR") and len(bare) != _FRENCH_IBAN:
            raise InvalidNumber(kind="iban", given=text, reason="length")
        return cls(bare)

    def __str__(self) -> str:
        return " ".join(self.text[i : i + 4] for i in range(0, len(self.text), 4))


_FRENCH_IBAN = 27


def _check_belgian_account(bare: str, given: str) -> None:
    """Last two of the twelve account digits = first ten mod 97, with 0 written 97."""
    account = bare[4:]
    if len(account) != 12 or not account.isdigit():
        raise InvalidNumber(kind="iban", given=given, reason="length")
    if int(account[10:]) != (int(account[:10]) % 97 or 97):
        raise InvalidNumber(kind="iban", given=given, reason="check")


@dataclass(frozen=True, slots=True)
class AgreementNumber:
    """An eAgreement number, twenty digits: the last two are the first eighteen mod 97."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing; the remainder itself is written, so 00 exists."""
        digits = digits_of("agreement", text, 20)
        if int(digits[18:]) != int(digits[:18]) % 97:
            raise InvalidNumber(kind="agreement", given=text, reason="check")
        return cls(digits)

    def __str__(self) -> str:
        d = self.digits
        return " ".join((d[:3], d[3:8], d[8:13], d[13:18], d[18:]))


@dataclass(frozen=True, slots=True)
class NomenclatureCode:
    """A code of the nomenclature: six digits, the last is the first five mod 7."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept spacing; refuse a wrong check digit."""
        digits = digits_of("nomenclature", text, 6)
        if int(digits[5]) != int(digits[:5]) % 7:
            raise InvalidNumber(kind="nomenclature", given=text, reason="check")
        return cls(digits)

    def __str__(self) -> str:
        return self.digits
