"""What else is known of a patient (« Divers »): each a dated fact; the newest counts, all stay.

Treating physician, person to call, profession, employer, how he came, and lines of free text.
SOFIA-25.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.core.rights import Right
from server.services import patients
from server.services.areas import authors
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.store import file_areas as store
from server.store.file_areas import Particular


class Key(StrEnum):
    """What a fact is about, in the order of the screen."""

    PHYSICIAN = "PHYSICIAN"
    CONTACT = "CONTACT"
    PROFESSION = "PROFESSION"
    EMPLOYER = "EMPLOYER"
    CAME_BY = "CAME_BY"
    MORE = "MORE"  # lines of free text


@dataclass(frozen=True, slots=True)
class Said:
    """One fact, and who said it."""

    fact: Particular
    author: str


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is known of a patient."""

    now: Mapping[str, Said]  # by key; nothing for what is not known, or holds no longer
    before: Sequence[Said]  # what was said before, the newest first


@needs(Right.PATIENTS)
def of_patient(desk: Desk, patient: str) -> Particulars:
    """Return what is known of a patient, and what was; raise `NotFound`."""
    patients.open_file(desk, patient)
    now: dict[str, Said] = {}
    before, names = [], authors(desk)
    for row in store.particulars(desk.db, patient):
        said = Said(row, names.get(row.author, ""))
        if row.key in now:
            before.append(said)
        else:
            now[row.key] = said
    return Particulars({key: said for key, said in now.items() if said.fact.value}, before)


@needs(Right.PATIENTS)
def keep(desk: Desk, patient: str, typed: Mapping[str, str]) -> None:
    """Keep what changed of the facts typed; nothing when nothing did. Raise `NotFound`.

    Fields: each key in small letters. An emptied one holds no longer.
    """
    known = of_patient(desk, patient).now
    form = Form(typed)
    read = {
        key: form.prose("more") if key is Key.MORE else form.text(key.lower(), most=200)
        for key in Key
        if key.lower() in typed
    }
    form.end()
    changed = {
        key: value
        for key, value in read.items()
        if value != (known[key].fact.value if key in known else "")
    }
    if not changed:
        return
    facts = {str(key): value for key, value in changed.items()}
    with desk.deed("patient.told", "patient", patient, facts) as seq:
        for key, value in changed.items():
            row = Particular(desk.new_id(), patient, desk.now, desk.user.id, str(key), value)
            store.add_particular(desk.db, row, desk.device.id, seq)
