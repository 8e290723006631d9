"""What the code of an attestation proposes for a French cover: every field but the dates.

A proposal until somebody keeps it: nothing is saved by reading a code (I1, I2, MAIIA-38).
"""

from dataclasses import dataclass

from server.core.codes import CodeRead
from server.core.errors import InvalidNumber
from server.core.rights import Right
from server.countries.france.numbers import AmcNumber
from server.services import codes, complementaries, covers
from server.services.covers import Scanned
from server.services.desk import Desk, needs


@dataclass(frozen=True, slots=True, repr=False)
class ProposedCover:
    """What a code says of a cover; a text is "" where it says nothing."""

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


@needs(Right.PATIENTS)
def proposed(desk: Desk, code: CodeRead) -> ProposedCover | None:
    """Make a cover of a code; None when it is no attestation of a complementary."""
    said = codes.told(desk, code).attestation
    if said is None or not said.amc_number:
        return None
    try:
        number = AmcNumber.parse(said.amc_number)
    except InvalidNumber:
        return None
    entry = complementaries.by_number(desk, number)
    return ProposedCover(
        number, entry.name if entry else "", said.member_number, said.csr.upper(),
        said.convention_type, not said.confirmed or code.to_verify,
    )  # fmt: skip


@needs(Right.PATIENTS)
def keep_unknown(desk: Desk, patient: str, code: CodeRead, cover: ProposedCover) -> str:
    """Keep a cover whose number the list does not know, with the text of its code (F-10)."""
    said = Scanned(
        cover.number, cover.convention_type, cover.criterion, cover.member,
        text=code.text, symbology=str(code.symbology),
    )  # fmt: skip
    return covers.scanned(desk, patient, said)
