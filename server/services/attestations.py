"""Attestations of complementaries in a patient's file, tied to the cover of their period (I5)."""

from collections.abc import Mapping, Sequence

from server.core.rights import Right
from server.core.tray import Kind
from server.services import tray
from server.services.covers import Cover
from server.services.desk import Desk, needs
from server.services.tray import Document


@needs(Right.PATIENTS)
def of_covers(desk: Desk, patient: str, covers: Sequence[Cover]) -> Mapping[str, Document]:
    """Return the attestation each cover stands on, by the id of the cover; some have none.

    The one it was read from; else the newest with its very dates, then one whose dates meet its
    own.
    A cover without dates takes the newest there is.
    """
    papers = [each for each in tray.of_patient(desk, patient) if each.filing.kind is Kind.AMC_CARD]
    found = {cover.row.id: _of(cover, papers) for cover in covers}
    return {key: paper for key, paper in found.items() if paper is not None}


def _of(cover: Cover, papers: Sequence[Document]) -> Document | None:
    ranked = [(_rank(cover, paper), paper) for paper in papers]  # the newest first
    best = max((rank for rank, _ in ranked), default=0)
    return next((paper for rank, paper in ranked if rank == best), None) if best else None


def _rank(cover: Cover, paper: Document) -> int:
    """Say how well a paper goes with a cover; 0: not at all."""
    row, filing = cover.row, paper.filing
    if paper.incoming.id == row.incoming:
        return 3
    if (filing.valid_from, filing.valid_to) == (row.rights_from, row.rights_to):
        return 2
    ends_before = filing.valid_to and row.rights_from and filing.valid_to < row.rights_from
    begins_after = filing.valid_from and row.rights_to and filing.valid_from > row.rights_to
    return 0 if ends_before or begins_after else 1
