"""What a social-security number says of its holder: birth date and sex, BIS numbers included.

Source: `be-efact.md` §3. A BIS number adds 20 (sex unknown) or 40 to the month.
"""

from dataclasses import dataclass
from datetime import date

from server.core.identifiers import Niss


@dataclass(frozen=True, slots=True)
class NissFacts:
    """Plausible facts only: the register may differ, and a BIS number may know neither."""

    birth_date: date | None  # None: the number does not hold a whole date
    sex: str | None  # "M", "F"; None: the number does not say
    bis: bool


def niss_facts(niss: Niss) -> NissFacts:
    """Read birth date and sex from a number whose check digits were already verified."""
    month = int(niss.digits[2:4])
    sex = None if 20 <= month < 40 else niss.sex
    return NissFacts(birth_date=_birth(niss, month % 20), sex=sex, bis=month >= 20)


def niss_doubts(niss: Niss, birth_date: date | None, sex: str) -> tuple[str, ...]:
    """Compare typed or read identity with the number: codes of sentences, empty when they agree."""
    facts = niss_facts(niss)
    doubts = []
    if birth_date and facts.birth_date and facts.birth_date != birth_date:
        doubts.append("niss.birth_date")
    if sex and facts.sex and facts.sex != sex:
        doubts.append("niss.sex")
    return tuple(doubts)


def _birth(niss: Niss, month: int) -> date | None:
    century = 2000 if niss.born_from_2000 else 1900
    try:
        return date(century + int(niss.digits[:2]), month, int(niss.digits[4:6]))
    except ValueError:  # month or day 00: not known when the number was given
        return None
