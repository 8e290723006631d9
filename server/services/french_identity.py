"""The identity of a person in France as it is typed: number, birth, rank, where one is insured.

A number whose key is wrong is kept on a draft, and nothing is secured with it (A7); provisional
numbers and those of Corsica are numbers like others. Sources: `fr-sesam-vitale.md` §14; FR rows of
`domain.md` §1.3.
"""

from dataclasses import dataclass
from datetime import date

from server.core.care import Source
from server.core.identifiers import Nir
from server.countries.france.births import birth_year, shown_birth, typed_birth
from server.countries.france.ins import PROOFS, IdentityState, identity_state
from server.countries.france.nir import nir_doubts, nir_facts
from server.countries.france.registers import Organism
from server.countries.france.rights import Kind, Said
from server.services.desk import Desk
from server.services.forms import Form
from server.store import french, nirs
from server.store.french import Traits
from server.store.nirs import NirFact
from server.store.patients import Patient, search_key


@dataclass(frozen=True, slots=True)
class TypedIdentity:
    """What the French part of the form holds, read."""

    nir: Nir | None
    birth_date: date | None
    birth_text: str
    rank: int
    birth_name: str
    birth_place: str
    proof: str
    organism: str

    @property
    def draft(self) -> bool:
        """Whether the number's key is wrong: the file is kept, and confirmed later."""
        return self.nir is not None and not self.nir.key_holds

    @property
    def sex(self) -> str:
        """The sex the number says; "" unless the birth is the one of the number."""
        if self.nir is None or nir_doubts(self.nir, self.birth_date, ""):
            return ""
        return nir_facts(self.nir).sex or ""


@dataclass(frozen=True, slots=True)
class FrenchIdentity:
    """What the file of a person in France shows beside names."""

    nir: Nir | None
    birth: str  # as people write it, also one no calendar knows; "" when unknown
    traits: Traits | None
    organism: str  # nine digits, the last one heard of; "" when unknown
    doubts: tuple[str, ...]

    @property
    def state(self) -> IdentityState:
        """How sure the identity is, in the words of the national frame."""
        held = self.traits
        return identity_state(
            retrieved=bool(held and held.retrieved), proof=held.proof if held else ""
        )

    @property
    def birth_year(self) -> int | None:
        """The year of birth, also of a birth no calendar knows; None when it is unknown."""
        return birth_year(self.birth)

    @property
    def rank(self) -> int:
        """The rank among those born that day under the same number."""
        return self.traits.birth_rank if self.traits else 1

    @property
    def secures(self) -> bool:
        """Whether an invoice may be secured with the number: it is known, and its key holds."""
        return self.nir is not None and self.nir.key_holds

    @property
    def provisional(self) -> bool:
        """Whether the number is one of State medical aid (7 or 8)."""
        return self.nir is not None and nir_facts(self.nir).provisional


def read(form: Form) -> TypedIdentity:
    """Read nir, birth_date, birth_rank, birth_name, birth_place, proof and organism."""
    birth_date, birth_text = _read_birth(form)
    organism = form.parsed("organism", Organism.parse)
    place = form.text("birth_place").upper()
    if place and not (len(place) == 5 and place.isascii() and place.isalnum()):
        form.faults.append(("birth_place", "length"))
    proof = form.text("proof")
    if proof and proof not in PROOFS:
        form.faults.append(("proof", "unknown"))
    return TypedIdentity(
        form.parsed("nir", Nir.shaped), birth_date, birth_text,
        form.number("birth_rank", low=1, high=9) or 1, form.text("birth_name", most=45), place,
        proof, organism.digits if organism else "",
    )  # fmt: skip


def check_alone(desk: Desk, form: Form, typed: TypedIdentity, patient: Patient) -> None:
    """Refuse a second file of one person: same number, same birth, same first name."""
    if typed.nir is None:
        return
    for other in nirs.living(desk.db, typed.nir.digits, typed.birth_date):
        if other.id != patient.id and search_key(other.first_name) == search_key(
            patient.first_name
        ):
            form.faults.append(("nir", "already_known"))


def keep(desk: Desk, patient: str, typed: TypedIdentity, seq: int) -> None:
    """Add what is new, inside the caller's transaction."""
    if typed.nir and nirs.of(desk.db, patient) != typed.nir.digits:
        fact = NirFact(desk.new_id(), patient, "MANUAL", desk.now, typed.nir.digits)
        nirs.add(desk.db, fact, desk.device.id, seq)
    held = french.traits(desk.db, patient)
    new = Traits(
        desk.new_id(), patient, "MANUAL", desk.now, typed.birth_text, typed.rank,
        typed.birth_name, typed.birth_place, bool(held and held.retrieved), typed.proof,
    )  # fmt: skip
    if held is None or _said(held) != _said(new):
        french.add_traits(desk.db, new, desk.device.id, seq)
    if typed.organism and typed.organism != organism_of(desk, patient):
        row = Said(
            desk.new_id(), patient, Kind.AMO, Source.MANUAL, desk.now, None, None, typed.organism
        )
        french.add_rights(desk.db, [row], desk.device.id, seq)


def identity(desk: Desk, patient: Patient, said_birth: str) -> FrenchIdentity:
    """Return what the file shows of a person; `said_birth` is the birth as a source wrote it."""
    held = nirs.of(desk.db, patient.id)
    nir = Nir(held[:13], held[13:]) if held else None
    said = french.traits(desk.db, patient.id)
    birth = patient.birth_date.isoformat() if patient.birth_date else said_birth
    doubts = list(nir_doubts(nir, patient.birth_date, patient.sex)) if nir else []
    if nir and not nir.key_holds:
        doubts.insert(0, "nir.key")
    return FrenchIdentity(
        nir, shown_birth(birth), said, organism_of(desk, patient.id), tuple(doubts)
    )


def organism_of(desk: Desk, patient: str) -> str:
    """Return where a person is insured, as heard last; "" when nobody said."""
    known = french.rights(desk.db, patient)
    return next((row.organism for row in known if row.kind is Kind.AMO and row.organism), "")


def _read_birth(form: Form) -> tuple[date | None, str]:
    text = form.text("birth_date")
    found = typed_birth(text) if text else (None, "")
    if found is None:
        form.faults.append(("birth_date", "date"))
        return None, ""
    return found


def _said(traits: Traits) -> tuple[object, ...]:
    return (
        traits.birth_text, traits.birth_rank, traits.birth_name, traits.birth_place, traits.proof
    )  # fmt: skip
