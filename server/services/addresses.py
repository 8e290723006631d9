"""The addresses of a patient: the home with its history, where he is cared for, where letters go.

Where he is cared for is told at the visit with how one gets in; where letters go is written on the
papers sent to him. Each holds from a day on; of two that hold, the one that began last. SOFIA-25.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.core.errors import NotFound
from server.core.rights import Right
from server.services import patients
from server.services.areas import authors, require_open
from server.services.desk import Desk, Repeated, needs
from server.services.forms import Form
from server.store import file_areas as store
from server.store import patients as people
from server.store.file_areas import Place, PlaceEnded
from server.store.patients import Address


class Kind(StrEnum):
    """What an address besides the home is for."""

    CARE = "CARE"
    LETTERS = "LETTERS"


@dataclass(frozen=True, slots=True)
class Kept:
    """An address besides the home, with its last day as it is known now."""

    place: Place
    author: str
    ended: PlaceEnded | None

    @property
    def last_day(self) -> date | None:
        """Its last day; None while it has none."""
        return self.ended.last_day if self.ended else self.place.valid_until

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        last = self.last_day
        return self.place.valid_from <= day and (last is None or day <= last)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Every address of a patient."""

    homes: Sequence[Address]  # the newest first: the first one counts
    kept: Sequence[Kept]  # the one that began last first


@needs(Right.PATIENTS)
def of_patient(desk: Desk, patient: str) -> Addresses:
    """Return every address of a patient; raise `NotFound`."""
    patients.open_file(desk, patient)
    return Addresses(people.addresses(desk.db, patient), _kept(desk, patient))


@needs(Right.PATIENTS)
def on(desk: Desk, patient: str, kind: Kind, day: date) -> Place | None:
    """Return the address of a kind that holds on a day; None: it is the home."""
    held = (each.place for each in _kept(desk, patient) if each.holds(day))
    return next((place for place in held if place.kind == kind), None)


@needs(Right.PATIENTS)
def keep(desk: Desk, patient: str, typed: Mapping[str, str]) -> str:
    """Keep an address; return its id. The same form sent again keeps nothing more.

    Fields: kind, place_name, street, postcode, city, access, valid_from (today when empty),
    valid_until. A street or a city is needed.
    """
    patients.open_file(desk, patient)
    row = _read(desk, patient, Form(typed))
    facts = {"place": row.id, "kind": row.kind, "city": row.city, "from": row.valid_from}
    with suppress(Repeated), desk.deed("patient.place_kept", "patient", patient, facts) as seq:
        if store.place(desk.db, row.id) is not None:
            raise Repeated()
        store.add_place(desk.db, row, desk.device.id, seq)
    return row.id


@needs(Right.PATIENTS)
def end(desk: Desk, place_id: str, typed: Mapping[str, str]) -> None:
    """Keep the last day of an address. Field: last_day; before its first, it never held.

    Raises `NotFound`, or `StateConflict` when somebody ended it before.
    """
    held = _one(desk, place_id)
    require_open("place", still=place_id not in store.ended_places(desk.db, held.patient))
    form = Form(typed)
    last = form.day("last_day", needed=True)
    form.end()
    ended = PlaceEnded(held.id, desk.now, desk.user.id, last or desk.today)
    facts = {"place": held.id, "last_day": ended.last_day}
    with desk.deed("patient.place_ended", "patient", held.patient, facts) as seq:
        store.end_place(desk.db, ended, desk.device.id, seq)


@needs(Right.PATIENTS)
def patient_of(desk: Desk, place_id: str) -> str:
    """Return whose address it is; raise `NotFound`."""
    return _one(desk, place_id).patient


def _read(desk: Desk, patient: str, form: Form) -> Place:
    kind = form.choice("kind", Kind)
    name, street = form.text("place_name", most=60), form.text("street", most=60)
    postcode, city = form.text("postcode", most=12), form.text("city", most=60)
    if not (street or city):
        form.faults.append(("street", "missing"))
    access = form.prose("access", most=300)
    first, last = form.day("valid_from") or desk.today, form.day("valid_until")
    if last and last < first:
        form.faults.append(("valid_until", "before_start"))
    form.end()
    return Place(
        desk.key_for(form.typed, patient), patient, desk.now, desk.user.id, str(kind), name,
        street, postcode, city, access, first, last,
    )  # fmt: skip


def _one(desk: Desk, place_id: str) -> Place:
    held = store.place(desk.db, place_id)
    if held is None:
        raise NotFound(kind="place")
    return held


def _kept(desk: Desk, patient: str) -> Sequence[Kept]:
    return desk.once(lambda: _of_store(desk, patient), "places", patient)


def _of_store(desk: Desk, patient: str) -> Sequence[Kept]:
    names, ended = authors(desk), store.ended_places(desk.db, patient)
    return [
        Kept(row, names.get(row.author, ""), ended.get(row.id))
        for row in store.places(desk.db, patient)
    ]
