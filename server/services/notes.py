"""Notes about a patient (« Bloc-notes »): of the practice or of care, corrected, struck, all kept.

A correction is a new note that replaces the older, which stays readable; a struck note keeps who
struck it and when. SOFIA-25.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from server.core.errors import NotFound
from server.core.rights import Right
from server.services.areas import Reach, authors, require_open, require_reach, sees_care
from server.services.desk import Desk, Repeated, needs
from server.services.forms import Form
from server.store import file_areas as store
from server.store.file_areas import Ended, Note


@dataclass(frozen=True, slots=True)
class Noted:
    """A note as it reads now, with what it said before."""

    note: Note
    author: str
    older: Sequence[tuple[Note, str]]  # (note, author), the newest first
    struck: Ended | None
    struck_by: str


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of a patient that this user may read, the newest first."""

    held: Sequence[Noted]
    struck: Sequence[Noted]


@needs(Right.PATIENTS)
def of_patient(desk: Desk, patient: str) -> Notes:
    """Return the notes of a patient; those of care to who treats him alone. Raise `NotFound`."""
    treats = sees_care(desk, patient)
    rows = [row for row in store.notes(desk.db, patient) if treats or not row.care]
    found = noted(rows, store.struck_notes(desk.db, patient), authors(desk))
    return Notes(
        [each for each in found if each.struck is None],
        [each for each in found if each.struck is not None],
    )


def noted(
    rows: Sequence[Note], struck: Mapping[str, Ended], names: Mapping[str, str]
) -> list[Noted]:
    """Put each note that nothing replaces with those it replaced; `rows` the newest first."""
    by_id = {row.id: row for row in rows}
    replaced = {row.replaces for row in rows}
    found = []
    for row in rows:
        if row.id not in replaced:
            end = struck.get(row.id)
            older = [(each, names.get(each.author, "")) for each in _older(row, by_id)]
            found.append(
                Noted(row, names.get(row.author, ""), older, end,
                      names.get(end.author, "") if end else "")
            )  # fmt: skip
    return found


@needs(Right.PATIENTS)
def count(desk: Desk, patient: str) -> int:
    """Return how many notes this user may read of a patient."""
    return desk.once(lambda: len(of_patient(desk, patient).held), "notes", patient)


@needs(Right.PATIENTS)
def write(desk: Desk, patient: str, typed: Mapping[str, str]) -> str:
    """Keep a note; return its id. The same form sent again keeps nothing more.

    Fields: note, reach. One of care is for who treats the patient: else `Forbidden`.
    """
    require_reach(desk, patient, care=False)
    form = Form(typed)
    body, reach = form.prose("note", needed=True), form.choice("reach", Reach)
    form.end()
    row = Note(
        desk.key_for(typed, patient), patient, desk.now, desk.user.id, reach is Reach.CARE, body,
        None,
    )  # fmt: skip
    return _keep(desk, row, "patient.noted")


@needs(Right.PATIENTS)
def correct(desk: Desk, note_id: str, typed: Mapping[str, str]) -> str:
    """Keep what a note should have said; return the id of the new one. Field: note.

    Raises `NotFound`, `Forbidden`, or `StateConflict` when it was replaced or struck before.
    """
    held = _standing(desk, note_id)
    form = Form(typed)
    body = form.prose("note", needed=True)
    form.end()
    row = Note(desk.new_id(), held.patient, desk.now, desk.user.id, held.care, body, held.id)
    return _keep(desk, row, "patient.note_corrected")


@needs(Right.PATIENTS)
def strike(desk: Desk, note_id: str) -> None:
    """Strike a note; it stays readable. Raises as `correct`."""
    held = _standing(desk, note_id)
    with desk.deed("patient.note_struck", "patient", held.patient, {"note": held.id}) as seq:
        store.strike_note(desk.db, Ended(held.id, desk.now, desk.user.id), desk.device.id, seq)


@needs(Right.PATIENTS)
def patient_of(desk: Desk, note_id: str) -> str:
    """Return whose note it is; raise `NotFound`, or `Forbidden` when it is not for this user."""
    return _one(desk, note_id).patient


def _keep(desk: Desk, row: Note, action: str) -> str:
    require_reach(desk, row.patient, care=row.care)
    facts = {"note": row.id, "care": row.care, "body": row.body, "replaces": row.replaces}
    with suppress(Repeated), desk.deed(action, "patient", row.patient, facts) as seq:
        if store.note(desk.db, row.id) is not None:
            raise Repeated()
        store.add_note(desk.db, row, desk.device.id, seq)
    return row.id


def _one(desk: Desk, note_id: str) -> Note:
    held = store.note(desk.db, note_id)
    if held is None:
        raise NotFound(kind="note")
    require_reach(desk, held.patient, care=held.care)
    return held


def _standing(desk: Desk, note_id: str) -> Note:
    """Return a note that may still be corrected or struck."""
    held = _one(desk, note_id)
    still = any(each.note.id == note_id for each in of_patient(desk, held.patient).held)
    require_open("note", still=still)
    return held


def _older(row: Note, by_id: Mapping[str, Note]) -> Sequence[Note]:
    found, before = [], by_id.get(row.replaces or "")
    while before is not None:
        found.append(before)
        before = by_id.get(before.replaces or "")
    return found
