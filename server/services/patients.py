"""Patients: found, typed, amended; each fact of an identity keeps where it came from."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from server.core.country import Country
from server.core.errors import InvalidForm, NotFound
from server.core.identifiers import Nir, Niss
from server.core.rights import Right
from server.countries.belgium.niss import niss_doubts, niss_facts
from server.services import french_identity
from server.services.desk import Desk, Repeated, needs
from server.services.forms import Form
from server.services.french_identity import FrenchIdentity, TypedIdentity
from server.store import nirs, patients, totals
from server.store.patients import Address, IdentityFact, Patient


@dataclass(frozen=True, slots=True)
class PatientFile:
    """What the head of a patient's file shows."""

    patient: Patient
    address: Address | None
    identities: Sequence[IdentityFact]
    doubts: Sequence[str]  # codes: what the number says differs from what is written
    contradiction: IdentityFact | None  # a newer source says something else, not accepted
    nir: str = ""  # the French number, as people read it
    french: FrenchIdentity | None = None  # None outside France

    @property
    def origin(self) -> str:
        """Where the identity shown comes from: CARD or MANUAL."""
        accepted = [i for i in self.identities if i.accepted]
        return accepted[0].origin if accepted else "MANUAL"


@needs(Right.PATIENTS)
def search(desk: Desk, text: str, most: int = 20) -> Sequence[Patient]:
    """Return patients by the beginning of their names, birth date, NISS or NIR; at most so many."""
    found = patients.search(desk.db, text, most)
    return found or nirs.beginning(desk.db, text, most)


@needs(Right.PATIENTS)
def page(desk: Desk, after: str, most: int = 20) -> Sequence[Patient]:
    """Return a page of the patients by name, after the one of an id ("" for the first page)."""
    return patients.page(desk.db, after, most)


@needs(Right.PATIENTS)
def count(desk: Desk) -> int:
    """Return how many patients the practice has."""
    return totals.living_patients(desk.db)


@needs(Right.PATIENTS)
def name_of(desk: Desk, patient_id: str) -> str:
    """Return the name of a patient as the lamp shows it; "" when there is no such file."""
    patient = patients.get(desk.db, patient_id)
    return f"{patient.first_name} {patient.last_name.upper()}" if patient else ""


@needs(Right.PATIENTS)
def open_file(desk: Desk, patient_id: str) -> PatientFile:
    """Return a patient's file; raise `NotFound`."""
    facts = desk.once(lambda: _facts_of(desk, patient_id), "patient", patient_id)
    if facts is None:
        raise NotFound(kind="patient")
    patient, said, held, lives = facts
    pending = next((fact for fact in said if not fact.accepted), None)
    newest = max((f.captured_at for f in said if f.accepted), default=None)
    if pending is not None and newest is not None and pending.captured_at < newest:
        pending = None
    doubts = (
        niss_doubts(Niss(patient.niss), patient.birth_date, patient.sex) if patient.niss else ()
    )
    nir = str(Nir(held[:13], held[13:])) if held else ""
    return PatientFile(
        patient, lives, said, doubts, pending, nir, _known_in_france(desk, patient, said)
    )


def _facts_of(
    desk: Desk, key: str
) -> tuple[Patient, Sequence[IdentityFact], str, Address | None] | None:
    """Read what is written of a patient: the file, identities, NIR and address."""
    db, patient = desk.db, patients.get(desk.db, key)
    if patient is None:
        return None
    return patient, patients.identities(db, key), nirs.of(db, key), patients.address(db, key)


@needs(Right.PATIENTS)
def create(desk: Desk, typed: Mapping[str, str]) -> str:
    """Keep a typed patient and return the id; raise `InvalidForm` with every fault.

    The same form sent again keeps nothing more and returns the same id.
    """
    form = Form(typed)
    lives, french = _read_address(form), _read_french(desk, form)
    patient = _read(desk, form, None, french)
    deed = desk.deed("patient.created", "patient", patient.id, _facts(patient), once=True)
    with suppress(Repeated), deed as seq:
        patients.insert(desk.db, patient, desk.device.id, seq, desk.now)
        _keep(desk, patient, lives, french, seq)
    return patient.id


@needs(Right.PATIENTS)
def amend(desk: Desk, patient_id: str, typed: Mapping[str, str]) -> None:
    """Keep what the user corrected by hand; older facts stay in the history."""
    held = open_file(desk, patient_id).patient
    form = Form(typed)
    lives, french = _read_address(form), _read_french(desk, form)
    patient = _read(desk, form, held, french)
    with desk.deed(
        "patient.amended", "patient", held.id, _facts(patient), before=_facts(held)
    ) as seq:
        patients.update(desk.db, patient)
        _keep(desk, patient, lives, french, seq)


@needs(Right.PATIENTS)
def accept_contradiction(desk: Desk, patient_id: str) -> None:
    """Take what the newer source says (C15): only ever on the user's word."""
    file = open_file(desk, patient_id)
    said, held = file.contradiction, file.patient
    if said is None:
        raise NotFound(kind="contradiction")
    patient = replace(
        held, niss=said.niss or held.niss, last_name=said.last_name, first_name=said.first_name,
        birth_date=said.birth_date or held.birth_date, sex=said.sex or held.sex,
    )  # fmt: skip
    fact = replace(said, id=desk.new_id(), captured_at=desk.now, accepted=True)
    with desk.deed(
        "patient.amended", "patient", held.id, _facts(patient), before=_facts(held)
    ) as seq:
        patients.update(desk.db, patient)
        patients.add_identity(desk.db, fact, desk.device.id, seq)


def _known_in_france(
    desk: Desk, patient: Patient, said: Sequence[IdentityFact]
) -> FrenchIdentity | None:
    if desk.country is not Country.FRANCE:
        return None
    birth = next((fact.birth_text for fact in said if fact.accepted and fact.birth_text), "")
    return french_identity.identity(desk, patient, birth)


def _read_french(desk: Desk, form: Form) -> TypedIdentity | None:
    """Read what is asked in France alone; None elsewhere."""
    return french_identity.read(form) if desk.country is Country.FRANCE else None


def _keep(
    desk: Desk, patient: Patient, lives: tuple[str, str, str], french: TypedIdentity | None,
    seq: int,
) -> None:  # fmt: skip
    _keep_identity(desk, patient, french.birth_text if french else "", seq)
    _keep_address(desk, patient.id, lives, seq)
    if french is not None:
        french_identity.keep(desk, patient.id, french, seq)


def _read(desk: Desk, form: Form, held: Patient | None, french: TypedIdentity | None) -> Patient:
    niss = None if french else form.parsed("niss", Niss.parse)
    birth = french.birth_date if french else form.day("birth_date")
    sex = form.text("sex", most=1)
    facts = niss_facts(niss) if niss else None
    patient = Patient(
        id=held.id if held else desk.key_for(form.typed),
        niss=niss.digits if niss else None,
        last_name=form.text("last_name", needed=True, most=45),
        first_name=form.text("first_name", needed=True, most=24),
        birth_date=birth or (facts.birth_date if facts else None),
        sex=sex or (facts.sex or "" if facts else french.sex if french else ""),
        language=form.text("language") or ("fr_FR" if french else "fr_BE"),
        phone=form.text("phone", most=30),
        draft=french is not None and french.draft,
        archived=held.archived if held else False,
    )
    _check_plausible(desk, form, patient)
    if french is not None:
        french_identity.check_alone(desk, form, french, patient)
    form.end()
    return patient


def _check_plausible(desk: Desk, form: Form, patient: Patient) -> None:
    if patient.sex not in ("M", "F", ""):
        form.faults.append(("sex", "unknown"))
    if patient.language not in ("fr_BE", "nl", "fr_FR"):
        form.faults.append(("language", "unknown"))
    if patient.birth_date and not date(1890, 1, 1) <= patient.birth_date <= desk.today:
        form.faults.append(("birth_date", "implausible"))
    other = patients.by_niss(desk.db, patient.niss) if patient.niss else None
    if other is not None and other.id != patient.id:
        raise InvalidForm(faults=(("niss", "already_known"),), other=other.id)


def _keep_identity(desk: Desk, p: Patient, birth_text: str, seq: int) -> None:
    fact = IdentityFact(
        desk.new_id(), p.id, "MANUAL", None, desk.now, p.niss, p.last_name, p.first_name,
        p.birth_date, birth_text, p.sex, True,
    )  # fmt: skip
    patients.add_identity(desk.db, fact, desk.device.id, seq)


def _read_address(form: Form) -> tuple[str, str, str]:
    """Read street, postcode and city."""
    return form.text("street", most=60), form.text("postcode", most=60), form.text("city", most=60)


def _keep_address(desk: Desk, patient_id: str, lives: tuple[str, str, str], seq: int) -> None:
    held = patients.address(desk.db, patient_id)
    same = held and (held.street, held.postcode, held.city) == lives
    if any(lives) and not same:
        patients.add_address(
            desk.db,
            Address(desk.new_id(), patient_id, "MANUAL", desk.now, *lives),
            desk.device.id,
            seq,
        )


def _facts(p: Patient) -> Mapping[str, object]:
    """Give what the journal hashes of a patient; only the digest is kept there."""
    return {
        "niss": p.niss, "last_name": p.last_name, "first_name": p.first_name,
        "birth_date": p.birth_date, "sex": p.sex,
    }  # fmt: skip
