"""« Comme au 3 mars »: the notes and the alarms a patient's file held that evening (N16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.core.clock import start_of_day
from server.core.rights import Right
from server.services import treating
from server.services.areas import authors
from server.services.desk import Desk, needs
from server.services.notes import Noted, noted
from server.store import former
from server.store.file_areas import Alarm, Note


@dataclass(frozen=True, slots=True)
class PastAreas:
    """What an evening held, the newest first."""

    notes: Sequence[Noted]  # not struck then, as they read then
    alarms: Sequence[Alarm]  # due that day, and not ended that evening


@needs(Right.CLINICAL)
def as_of(desk: Desk, patient: str, day: date) -> PastAreas:
    """Return the notes and alarms of a patient at the end of a day; raise `Forbidden`."""
    treating.require(desk, patient)
    cut = former.cut_before(desk.db, start_of_day(day + timedelta(days=1), desk.country))
    mine = ("patient", [patient])
    rows = former.born(desk.db, Note, "patient_note", mine, cut)[::-1]
    alarms = former.born(desk.db, Alarm, "patient_alarm", mine, cut)[::-1]
    keys = [*(row.id for row in rows), *(row.id for row in alarms)]
    gone = former.ended(desk.db, keys, cut)
    known = noted(rows, {}, authors(desk))
    return PastAreas(
        [each for each in known if each.note.id not in gone],
        [
            each for each in alarms
            if each.id not in gone and each.shown_from <= day and not each.is_over(day)
        ],
    )  # fmt: skip
