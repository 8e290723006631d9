"""Alarms of a patient's file: a sentence seen from a day on, until a day or until « C’est fait ».

One for each visit is something to know, not to do: the file and the visit show it, the first
screen does not count it. One of care is read by who treats the patient. SOFIA-25.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from server.core.errors import NotFound
from server.core.rights import Right
from server.services import treating
from server.services.areas import Reach, authors, require_open, require_reach, sees_care
from server.services.desk import Desk, Repeated, needs
from server.services.forms import Form
from server.store import file_areas as store
from server.store import patients
from server.store.file_areas import Alarm, Ended
from server.store.patients import Patient

MOST = 200
"""Letters of an alarm: it is a sentence."""


@dataclass(frozen=True, slots=True)
class Alarmed:
    """An alarm, who set it, and what ended it."""

    alarm: Alarm
    author: str
    ended: Ended | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class Alarms:
    """The alarms of a patient that this user may read."""

    due: Sequence[Alarmed]  # shown today
    coming: Sequence[Alarmed]  # open, their day has not come
    over: Sequence[Alarmed]  # ended by somebody or by their day


@dataclass(frozen=True, slots=True)
class Due:
    """An alarm that is due somewhere in the practice, and whose file it is in."""

    alarm: Alarm
    patient: Patient


@needs(Right.PATIENTS)
def of_patient(desk: Desk, patient: str) -> Alarms:
    """Return the alarms of a patient; those of care to who treats him alone. Raise `NotFound`."""
    day, known = desk.today, _known(desk, patient)
    still = [each for each in known if _is_open(each, day)]
    return Alarms(
        [each for each in still if each.alarm.shown_from <= day],
        sorted((each for each in still if each.alarm.shown_from > day), key=_first_day),
        [each for each in known if not _is_open(each, day)],
    )


@needs(Right.PATIENTS)
def due(desk: Desk, patient: str) -> Sequence[Alarmed]:
    """Return what is due today of a patient, the newest first."""
    return of_patient(desk, patient).due


@needs(Right.PATIENTS)
def due_today(desk: Desk) -> Sequence[Due]:
    """Return what is due today in every file and is to be done, as this user may read it."""
    day = desk.today
    return desk.once(lambda: _due_on(desk, day), "alarms", "due", str(day))


@needs(Right.PATIENTS)
def set_alarm(desk: Desk, patient: str, typed: Mapping[str, str]) -> str:
    """Keep an alarm; return its id. The same form sent again keeps nothing more.

    Fields: alarm, reach, shown_from (today when empty), shown_until, each_visit.
    """
    require_reach(desk, patient, care=False)
    form = Form(typed)
    body = form.text("alarm", needed=True, most=MOST)
    reach = form.choice("reach", Reach)
    first, last = form.day("shown_from") or desk.today, form.day("shown_until")
    if last and last < first:
        form.faults.append(("shown_until", "before_start"))
    elif last and last < desk.today:
        form.faults.append(("shown_until", "past"))
    form.end()
    care = reach is Reach.CARE
    require_reach(desk, patient, care=care)
    row = Alarm(
        desk.key_for(typed, patient), patient, desk.now, desk.user.id, care, body, first, last,
        form.ticked("each_visit"),
    )  # fmt: skip
    facts = {"alarm": row.id, "care": care, "body": body, "from": first, "until": last}
    with suppress(Repeated), desk.deed("patient.alarm_set", "patient", patient, facts) as seq:
        if store.alarm(desk.db, row.id) is not None:
            raise Repeated()
        store.add_alarm(desk.db, row, desk.device.id, seq)
    return row.id


@needs(Right.PATIENTS)
def end(desk: Desk, alarm_id: str) -> str:
    """Keep that what an alarm asked is done; return whose it was.

    Raises `NotFound`, `Forbidden`, or `StateConflict` when somebody ended it before.
    """
    held = _one(desk, alarm_id)
    require_open("alarm", still=alarm_id not in store.ended_alarms(desk.db, held.patient))
    with desk.deed("patient.alarm_ended", "patient", held.patient, {"alarm": held.id}) as seq:
        store.end_alarm(desk.db, Ended(held.id, desk.now, desk.user.id), desk.device.id, seq)
    return held.patient


def _due_on(desk: Desk, day: date) -> Sequence[Due]:
    rows = [
        row
        for row in store.open_alarms(desk.db, day)
        if not row.care or treating.treats(desk, row.patient)
    ]
    known = patients.some(desk.db, [row.patient for row in rows])
    return [Due(row, known[row.patient]) for row in rows]


def _one(desk: Desk, alarm_id: str) -> Alarm:
    held = store.alarm(desk.db, alarm_id)
    if held is None:
        raise NotFound(kind="alarm")
    require_reach(desk, held.patient, care=held.care)
    return held


def _known(desk: Desk, patient: str) -> Sequence[Alarmed]:
    """Give what this user may read of a patient's alarms, the newest first; read once."""
    return desk.once(lambda: _read(desk, patient), "alarms", patient)


def _read(desk: Desk, patient: str) -> Sequence[Alarmed]:
    treats, names = sees_care(desk, patient), authors(desk)
    ended = store.ended_alarms(desk.db, patient)
    found = []
    for row in store.alarms(desk.db, patient):
        if treats or not row.care:
            how = ended.get(row.id)
            by = names.get(how.author, "") if how else ""
            found.append(Alarmed(row, names.get(row.author, ""), how, by))
    return found


def _is_open(each: Alarmed, day: date) -> bool:
    return each.ended is None and not each.alarm.is_over(day)


def _first_day(each: Alarmed) -> date:
    return each.alarm.shown_from
