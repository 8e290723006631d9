"""What a French number (NIR) says of its holder: sex, year, month, where, and how sure it is.

Never a reason to refuse: months 20, 30–42 and 50–99 are legal where a birth date is not known
exactly, and a first digit 3 or 4 (being registered) or 7 or 8 (provisional) is too.
Source: `fr-sesam-vitale.md` §14 and its scenarios of State medical aid (AME), 7 for a man and 8
for a woman.
"""

from dataclasses import dataclass
from datetime import date

from server.core.identifiers import Nir

_MEN, _WOMEN = "1357", "2468"


@dataclass(frozen=True, slots=True)
class NirFacts:
    """Plausible facts only: the number tells two digits of the year, and perhaps no month."""

    sex: str | None  # "M", "F"; None: the number does not say
    year: int  # two digits, the century is not written
    month: int | None  # None: not a month of the calendar
    department: str  # "2A" and "2B" are Corsica, "99" born abroad
    provisional: bool  # begins with 7 or 8: State medical aid, no Vitale card
    being_registered: bool  # begins with 3 or 4


def nir_facts(nir: Nir) -> NirFacts:
    """Read what the number says; its key was already verified."""
    first, month = nir.body[0], int(nir.body[3:5])
    return NirFacts(
        sex="M" if first in _MEN else "F" if first in _WOMEN else None,
        year=int(nir.body[1:3]),
        month=month if 1 <= month <= 12 else None,
        department=nir.body[5:7],
        provisional=first in "78",
        being_registered=first in "34",
    )


def nir_doubts(nir: Nir, birth_date: date | None, sex: str) -> tuple[str, ...]:
    """Compare an identity with the number: codes of sentences, empty when they agree.

    A child may bear the number of a parent, so these are remarks and never refusals.
    """
    facts = nir_facts(nir)
    doubts = []
    if birth_date and (
        birth_date.year % 100 != facts.year or (facts.month or birth_date.month) != birth_date.month
    ):
        doubts.append("nir.birth_date")
    if sex and facts.sex and sex != facts.sex:
        doubts.append("nir.sex")
    return tuple(doubts)
