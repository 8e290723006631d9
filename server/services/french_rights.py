"""The rights of a patient in France: typed, or read by a component; each keeps its source.

Rows are only added. What was typed by mistake is withdrawn, and stays in the file.
Sources: `domain.md` §1.3 and §2.2.4; `fr-sesam-vitale.md` §2.3 and §11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.core.care import Source
from server.core.clock import civil_date
from server.core.errors import InvalidForm, NotFound
from server.core.rights import Right
from server.core.sesam import Groups
from server.countries.dated import in_force
from server.countries.france.card_rights import covers_of, person_of, rights_of, serial_of
from server.countries.france.numbers import AmcNumber
from server.countries.france.oppositions import is_opposed
from server.countries.france.registers import Organism
from server.countries.france.rights import Kind, RightsOn, Said, rights_on, said_otherwise
from server.countries.switches import switch_value
from server.services import complementaries, evaluation, patients
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.services.french_rules import rulebook
from server.services.french_standing import BEARERS
from server.store import french, nirs
from server.store.french import CoverRow

FRESH_DAYS = "fr.rights.fresh_days"
"""Key of `fr_settings`."""

TYPED = (Source.MANUAL, Source.PAPER)
"""Where a right somebody types comes from: his word, or a paper he holds."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a reading brought."""

    rights: int
    covers: int
    opposed: bool = False  # the card is on the opposition list: no payment is guaranteed (K16)


@needs(Right.PATIENTS)
def said(desk: Desk, patient: str) -> Sequence[Said]:
    """Return every right ever said of a patient and not withdrawn, the newest first."""
    return french.rights(desk.db, patient)


@needs(Right.PATIENTS)
def on(desk: Desk, patient: str, day: date) -> RightsOn:
    """Return the rights that count on a day of care."""
    return rights_on(french.rights(desk.db, patient), day)


@needs(Right.PATIENTS)
def rates(desk: Desk, day: date) -> Mapping[Kind, int]:
    """Return the part of the caisse that a right brings by itself on a day, in basis points."""
    held = {row.situation: row.rate_bp for row in in_force(rulebook(desk).rates, day)}
    return {kind: held[borne] for kind, borne in BEARERS.items() if borne in held}


@needs(Right.PATIENTS)
def otherwise(desk: Desk, patient: str, day: date) -> Sequence[Said]:
    """Return what the other sources say of the insurance, where it differs from what counts."""
    return said_otherwise(french.rights(desk.db, patient), day)


@needs(Right.PATIENTS)
def days_old(desk: Desk, known: RightsOn) -> int:
    """Return how many days ago the insurance that counts was heard of; 0 while that is recent."""
    if known.insured is None:
        return 0
    limit = int(switch_value(FRESH_DAYS, desk.today, rulebook(desk).switches) or 0)
    age = (desk.today - civil_date(known.insured.said.captured_at, desk.country)).days
    return age if 0 < limit < age else 0


@needs(Right.PATIENTS)
def note(desk: Desk, patient: str, typed: Mapping[str, str]) -> None:
    """Keep a right somebody typed; raise `InvalidForm` with every fault.

    Fields: kind, right_source, rights_from, rights_to, right_organism, code, number, event_date.
    """
    patients.open_file(desk, patient)
    form = Form(typed)
    row = _read(desk, form, patient)
    facts = {"kind": str(row.kind), "source": str(row.source)}
    with desk.deed("coverage.typed", "patient", patient, facts) as seq:
        french.add_rights(desk.db, [row], desk.device.id, seq)
        evaluation.judge_patient(desk, seq, patient)


@needs(Right.PATIENTS)
def withdraw(desk: Desk, patient: str, right: str) -> None:
    """Keep that a right is not to be used any more; raise `NotFound`."""
    if right not in {row.id for row in french.rights(desk.db, patient)}:
        raise NotFound(kind="right")
    with desk.deed("coverage.withdrawn", "patient", patient, {"right": right}) as seq:
        french.withdraw(desk.db, right, desk.device.id, seq, desk.now)
        evaluation.judge_patient(desk, seq, patient)


@needs(Right.PATIENTS)
def take(desk: Desk, patient: str, groups: Groups, source: Source) -> Taken:
    """Keep what an approved component read of a patient; raise `NotFound` when he is not on it.

    The reading is dated now and stays so: on another day of care the one nearest before it speaks.
    """
    file = patients.open_file(desk, patient)
    birth = file.french.birth if file.french else ""
    nir = nirs.of(desk.db, patient)[:13]
    who = person_of(groups, nir, "".join(reversed(birth.split("/"))), file.patient.first_name)
    if who is None:
        raise NotFound(kind="card_person")
    rights = [
        Said(
            desk.new_id(), patient, each.kind, source, desk.now, each.since, each.until,
            each.organism, each.code, each.number,
        )
        for each in rights_of(groups, who)
    ]  # fmt: skip
    covers = [
        CoverRow(
            desk.new_id(), patient, source, desk.now, str(number), label, "GU" if unique else "GS",
            kind, "", each.member, each.since, each.until, False, indicator=each.indicator,
        )
        for each in covers_of(who)
        for number, label, unique, kind in _named(desk, each.number, integrated=each.integrated)
    ]  # fmt: skip
    with desk.deed("coverage.read", "patient", patient, {"source": str(source)}) as seq:
        french.add_rights(desk.db, rights, desk.device.id, seq)
        for row in covers:
            french.add_cover(desk.db, row, desk.device.id, seq)
        evaluation.judge_patient(desk, seq, patient)
    listed = rulebook(desk).oppositions
    return Taken(len(rights), len(covers), is_opposed(listed, serial_of(groups), desk.today))


def _named(
    desk: Desk, number: str, *, integrated: bool
) -> Sequence[tuple[AmcNumber, str, bool, str]]:
    """Name the complementary of a card, by the list; nothing for what is no number."""
    form = Form({"number": number})
    read = form.parsed("number", AmcNumber.parse)
    if read is None:
        return ()
    held = complementaries.by_number(desk, read)
    if held is not None:
        return ((read, held.name, held.unique, held.convention_type),)
    return ((read, "", integrated, ""),)


def _read(desk: Desk, form: Form, patient: str) -> Said:
    kind = form.choice("kind", Kind)
    source = form.choice("right_source", Source)
    start, end = form.day("rights_from"), form.day("rights_to")
    organism = form.parsed("right_organism", Organism.parse, needed=kind is Kind.AMO)
    code, number = form.text("code", most=20), form.text("number", most=20)
    event = form.day("event_date")
    if source is not None and source not in TYPED:
        form.faults.append(("right_source", "unknown"))
    if start and end and end < start:
        form.faults.append(("rights_to", "before_start"))
    if event and event > desk.today and kind is Kind.WORK_ACCIDENT:
        form.faults.append(("event_date", "future"))
    if kind is Kind.WORK_ACCIDENT and not (number or event):
        form.faults.append(("number", "accident"))
    if kind is Kind.EXEMPTION and not code:
        form.faults.append(("code", "missing"))
    if kind is not Kind.AMO and kind is not Kind.WORK_ACCIDENT and start is None:
        form.faults.append(("rights_from", "missing"))
    form.end()
    if kind is None or source is None:
        raise InvalidForm(faults=())
    return Said(
        desk.new_id(), patient, kind, source, desk.now, start, end,
        organism.digits if organism else "", code, number, event,
    )  # fmt: skip
