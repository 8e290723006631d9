"""« Comme au 3 mars » in France: rights, covers and billing as a file held them that evening (N16).

All of it is only ever added, or withdrawn by an act of its own: what an evening held is what acts
before its end had brought, and not yet withdrawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.core.clock import start_of_day
from server.core.rights import Right
from server.countries.france.rights import RightsOn, Said, rights_on
from server.services import covers, french_rejects, treating
from server.services.covers import Cover
from server.services.desk import Desk, needs
from server.services.french_rejects import Reject
from server.store import former
from server.store.former import Cut
from server.store.french import CoverRow
from server.store.french_billing import BillingRow
from server.store.french_rejects import RejectRow


@dataclass(frozen=True, slots=True)
class FrenchPast:
    """What an evening held of a patient, besides what every country has."""

    rights: Sequence[Said]  # newest first, as the next
    counted: RightsOn  # on that day, by what was known then
    covers: Sequence[Cover]
    counts: Cover | None
    billed: Mapping[str, BillingRow]  # by session: who was to pay what
    numbers: Mapping[str, int]  # by session, of its invoice
    refused: Mapping[int, Reject]  # by number: refused, and not corrected that evening


@needs(Right.CLINICAL)
def as_of(desk: Desk, patient: str, day: date, sessions: Sequence[str]) -> FrenchPast:
    """Return what a file held at the end of a day; `sessions` are those it had then."""
    treating.require(desk, patient)
    db, country = desk.db, desk.practice.country
    cut = former.cut_before(db, start_of_day(day + timedelta(days=1), country))
    mine = ("patient", [patient])
    rights = former.born(db, Said, "french_right", mine, cut)
    rows = former.born(db, CoverRow, "french_cover", mine, cut)
    gone = former.withdrawn(db, [*(each.id for each in rights), *(each.id for each in rows)], cut)
    rights = [each for each in reversed(rights) if each.id not in gone]
    rows = [each for each in reversed(rows) if each.id not in gone]
    known, counts = covers.stood(desk, rows, day)
    choices = former.born(db, BillingRow, "french_billing", ("session", sessions), cut)
    numbers = former.invoice_numbers(db, sessions, cut)
    return FrenchPast(
        rights, rights_on(rights, day), known, counts, {row.session: row for row in choices},
        numbers, _refused(desk, sessions, numbers, cut),
    )  # fmt: skip


def _refused(
    desk: Desk, sessions: Sequence[str], numbers: Mapping[str, int], cut: Cut
) -> Mapping[int, Reject]:
    """Give the rejects of the invoices that counted, noted by then and not taken back."""
    rows = former.born(desk.db, RejectRow, "french_reject", ("session", sessions), cut)
    gone = former.withdrawn(desk.db, [row.id for row in rows], cut)
    counted = set(numbers.values())
    return {
        row.invoice: french_rejects.named(desk, row)
        for row in rows if row.id not in gone and row.invoice in counted
    }  # fmt: skip
