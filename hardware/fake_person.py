"""Fabricated people for emulated cards. Source: `hardware.md` §2.4 (printed forms) and §2.8."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Language(StrEnum):
    """Languages a card is printed in."""

    FR = "fr"
    NL = "nl"
    DE = "de"
    EN = "en"


_MONTHS = {
    Language.FR: "JAN FEV MARS AVR MAI JUIN JUIL AOUT SEPT OCT NOV DEC",
    Language.NL: "JAN FEB MAAR APR MEI JUN JUL AUG SEP OKT NOV DEC",
    Language.DE: "JAN FEB MÄR APR MAI JUN JUL AUG SEP OKT NOV DEZ",
    Language.EN: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC",
}
_FEMALE = {Language.FR: "F", Language.NL: "V", Language.DE: "W", Language.EN: "F"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist. `niss`: eleven digits that cannot be a living person's.

    `birth_text` replaces the printed birth date (the year alone, say); an empty `street`,
    `postcode` and `municipality` make a card without address.
    """

    niss: str
    last_name: str
    first_names: str
    birth_date: date
    sex: str = "F"
    street: str = ""
    postcode: str = ""
    municipality: str = ""
    language: Language = Language.FR
    birth_place: str = "Bruxelles"
    nationality: str = "Belge"
    third_initial: str = ""
    document_type: int = 1
    valid_from: date = date(2024, 1, 15)
    valid_to: date = date(2034, 1, 15)
    birth_text: str = ""

    @property
    def card_number(self) -> str:
        """Twelve digits that stay the same for the same person; the last two are mod 97."""
        body = 5_900_000_000 + int(self.niss) % 99_999_999
        return f"{body}{body % 97 or 97:02d}"

    @property
    def printed_birth(self) -> str:
        """The birth date as the card prints it, in its language."""
        if self.birth_text:
            return self.birth_text
        separator = "." if self.language is Language.DE else " "
        month = _MONTHS[self.language].split()[self.birth_date.month - 1]
        return separator.join((f"{self.birth_date:%d}", month, f"{self.birth_date.year:04d}"))

    @property
    def printed_sex(self) -> str:
        """The letter of the sex, in the language of the card."""
        return "M" if self.sex == "M" else _FEMALE[self.language]
