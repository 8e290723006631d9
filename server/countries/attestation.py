"""From the text of a code to an attestation: the first profile whose needed fields are all there.

An unknown text gives nothing, and its raw text is kept and shown (I2 of `fr-rules-tests.md`). What
is found is a proposal: a person compares it with the paper, and types the dates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from server.core.care import Confidence
from server.core.errors import InvalidNumber
from server.core.identifiers import Niss
from server.countries.code_profiles import Cut, Field, FieldRow
from server.countries.dated import in_force

LONGEST = 4_000
"""Characters: no code holds more, and nothing longer is cut."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a known profile found in a code; a field it does not have is empty."""

    profile: str
    country: str
    confirmed: bool  # False: the layout is supposed, nobody published it
    amc_number: str = ""
    convention_type: str = ""
    csr: str = ""
    member_number: str = ""
    niss: str = ""
    document: str = ""


def attestation(text: str, day: date, rows: Iterable[FieldRow]) -> Attestation | None:
    """Read a text by the profiles in force on a day, in their order; None when none fits."""
    if len(text) > LONGEST:
        return None
    cut = Cut(text)
    profiles = groupby(in_force(rows, day), key=lambda row: row.profile)
    found = (_by_profile(cut, list(fields)) for _, fields in profiles)
    return next(filter(None, found), None)


def _by_profile(cut: Cut, rows: Sequence[FieldRow]) -> Attestation | None:
    """Fill the fields of one profile; a text that says two things of one field says nothing."""
    fields: dict[str, str] = {}
    for row in rows:
        values = {value for value in row.candidates(cut) if _holds(row.field, value)}
        if len(values) > 1 or (row.needed and not values):
            return None
        fields.update((row.field.value, value) for value in values)
    confirmed = all(row.origin.confidence is not Confidence.K for row in rows)
    return Attestation(rows[0].profile, rows[0].country, confirmed, **fields)


def _holds(field: Field, value: str) -> bool:
    """Tell whether a value passes the check digits of its field, where it has some."""
    if field is not Field.NISS:
        return True
    try:
        Niss.parse(value)
    except InvalidNumber:
        return False
    return True
