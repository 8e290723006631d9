"""Saying what the label of a reject means, from the dated table of labels (MAIIA-3)."""

from collections.abc import Sequence

from server.core.rights import Right
from server.countries.france.reject_labels import RejectLabel, meaning_of
from server.services.desk import Desk, needs
from server.store import reference

_READ: dict[str, tuple[RejectLabel, ...]] = {}


@needs(Right.BILLING)
def explained(desk: Desk, text: str) -> RejectLabel | None:
    """Return what a label copied from a return means; None when the table does not know it."""
    return meaning_of(text, _rows(desk), desk.today)


def _rows(desk: Desk) -> Sequence[RejectLabel]:
    sha256 = desk.practice.reference_sha256
    if sha256 not in _READ:
        known = reference.holds(desk.db, "fr_rejects")
        rows = reference.rows(desk.db, "fr_rejects") if known else ()
        _READ[sha256] = tuple(RejectLabel.from_mapping(row) for row in rows)
    return _READ[sha256]
