"""The attestation just read, as the leaf « Complémentaire » proposes it: every field but the dates.

What was read stays a proposal until somebody keeps it: nothing is saved by reading a code (I1, I2).
"""

from dataclasses import dataclass

from flask import request

from server.core.care import Source
from server.core.errors import InvalidNumber
from server.countries.france.numbers import AmcNumber
from server.services import codes, complementaries, covers, tray
from server.services.desk import Desk
from webui.codes import CodeControl, Reading


@dataclass(frozen=True, slots=True, repr=False)
class ScannedCover:
    """What a code says of a cover; a text is "" where it says nothing."""

    reading: Reading
    number: AmcNumber
    name: str  # of the complementary, "" when the list does not know its number
    member: str
    criterion: str
    convention_type: str
    doubtful: bool  # its layout is only supposed, or a character may differ from the paper

    @property
    def known(self) -> bool:
        """Whether the list knows it: it is then chosen, not made anew (I3)."""
        return bool(self.name)


def read(work: Desk, control: CodeControl | None) -> ScannedCover | None:
    """Make a cover of the last code read; None when it is no attestation of a complementary."""
    last = control.last if control else None
    said = codes.told(work, last.code).attestation if last else None
    if last is None or said is None or not said.amc_number:
        return None
    try:
        number = AmcNumber.parse(said.amc_number)
    except InvalidNumber:
        return None
    entry = complementaries.by_number(work, number)
    doubtful = not said.confirmed or last.code.to_verify or last.unmended
    return ScannedCover(
        last, number, entry.name if entry else "", said.member_number, said.csr.upper(),
        said.convention_type, doubtful,
    )  # fmt: skip


def facts(work: Desk, control: CodeControl | None, patient: str) -> dict[str, object]:
    """Give what the leaf shows of codes: what was read, the year on one key, what was kept.

    The form is filled when the address names the reading, or the form shown again came from it.
    """
    found = read(work, control)
    meant = request.args.get("scanned", "") == str(found.reading.number) if found else False
    again = request.form.get("cover_source", "") == str(Source.QR)
    return {
        "scanned": found if meant or again else None,
        "year": tray.suggested_year(work.today),
        "texts": covers.texts(work, patient),
        "kept": request.args.get("kept", ""),
    }
