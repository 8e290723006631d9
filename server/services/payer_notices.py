"""Payers that change how they are billed, and the attestations to ask for (MAIIA-1, MAIIA-2).

The list holds who may be concerned today; once a new attestation is noted, a patient leaves it by
himself. Nothing is ever blocked by a notice (H1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.core.errors import NotFound
from server.core.rights import Right
from server.countries.dated import in_force
from server.countries.france.notices import Notice, concerning
from server.countries.france.rights import rights_on
from server.services import covers
from server.services.desk import Desk, needs
from server.store import french, notices, patients, reference
from server.store.patients import Patient

_MOST = 200  # patients of one scheme that are looked at
_READ: dict[str, tuple[Notice, ...]] = {}


@dataclass(frozen=True, slots=True)
class Concerned:
    """One patient to be asked, and when he was asked last."""

    patient: Patient
    cover: str  # the name of his complementary, as it still stands
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One notice, with whom it concerns today."""

    notice: Notice
    people: Sequence[Concerned]

    @property
    def to_ask(self) -> int:
        """How many were not asked yet."""
        return sum(each.asked_at is None for each in self.people)


@needs(Right.PATIENTS)
def listed(desk: Desk) -> Sequence[Listed]:
    """Return the notices in force, each with the patients it may concern."""
    return [Listed(each, _people(desk, each)) for each in in_force(_rows(desk), desk.today)]


@needs(Right.PATIENTS)
def of(desk: Desk, patient: str) -> Sequence[Notice]:
    """Return the notices that may concern a patient today."""
    cover = covers.on(desk, patient, desk.today)
    if cover is None or cover.whole:
        return ()
    organism = rights_on(french.rights(desk.db, patient), desk.today).organism
    return concerning(_rows(desk), desk.today, organism, cover.row.management)


@needs(Right.PATIENTS)
def ask(desk: Desk, notice: str, patient: str) -> None:
    """Note that the attestation was asked for; raise `NotFound` when nobody is concerned."""
    if notice not in {each.notice for each in of(desk, patient)}:
        raise NotFound(kind="notice")
    with desk.deed("coverage.asked", "patient", patient, {"notice": notice}) as seq:
        notices.ask(desk.db, desk.new_id(), patient, notice, (desk.device.id, seq), desk.now)


def _people(desk: Desk, notice: Notice) -> Sequence[Concerned]:
    keys = notices.insured_in(desk.db, notice.regime, _MOST)
    known = patients.some(desk.db, keys)
    found = []
    for key, patient in known.items():
        if not patient.archived and notice in of(desk, key):
            cover = covers.on(desk, key, desk.today)
            asked = notices.asked_at(desk.db, key, notice.notice)
            found.append(Concerned(patient, cover.name if cover else "", asked))
    return sorted(found, key=lambda each: (each.asked_at is not None, each.patient.last_name))


def _rows(desk: Desk) -> Sequence[Notice]:
    sha256 = desk.practice.reference_sha256
    if sha256 not in _READ:
        known = reference.holds(desk.db, "fr_payer_notices")
        rows = reference.rows(desk.db, "fr_payer_notices") if known else ()
        _READ[sha256] = tuple(Notice.from_mapping(row) for row in rows)
    return _READ[sha256]
