"""Signing the invoice of a session: what the component is given, and what it gave is kept.

`prepare` says all that hinders; the component is called outside any act; `keep` writes the FSE and
the DRE as they were signed, claims the session and starts the clock. A call that is lost leaves the
invoice as it was: nothing that is not kept here is ever sent. Source: `fr-sesam-vitale.md` §3, §7;
`domain.md` §3.6–3.7; cases L1 to L4, L7, K16.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from server.core.care import Source
from server.core.errors import InvalidForm, NotFound, StateConflict
from server.core.rights import Right
from server.core.sesam import Groups, Mode, Sealed, Wanted
from server.core.states import LineState, SessionState
from server.core.teletransmission import DocumentKind, DocumentState, Recipient
from server.countries.france import oppositions, recipients, securing
from server.countries.france.card_rights import person_of
from server.countries.france.card_rights import serial_of as serial_of_card
from server.countries.france.routes import Route
from server.countries.france.securing import Cards, Securing
from server.services import (
    french_billing,
    french_groups,
    french_rejects,
    french_rights,
    french_sending,
    online,
)
from server.services.desk import Desk, needs
from server.services.french_billing import Parts
from server.services.french_rules import calendar, rulebook
from server.store import french, french_documents, french_invoices, invoices, lives, nirs, visits
from server.store import french_billing as billing
from server.store import patients as people
from server.store.french_billing import BillingRow
from server.store.french_documents import DocumentRow
from server.store.visits import Session

_DONE_WITH = (DocumentState.REJECTED, DocumentState.GIVEN_UP)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be signed for one session, and for whom; cents are asked of each receiver."""

    session: str
    patient: str
    invoice: int
    mode: Mode
    nature: str
    groups: Groups
    wanted: Wanted
    sender: str
    sheet: Recipient
    request: Recipient | None  # of the DRE, None without one
    third_party: bool
    unique: bool  # whether the FSE carries the complementary part
    amo_cents: int
    amc_cents: int
    source: Source | None  # of the rights that count


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a session is on its way to be signed."""

    invoice: int | None
    faults: Sequence[str]  # what hinders signing, codes of the catalogue
    documents: Sequence[DocumentRow]  # of the invoice that counts
    parts: Parts
    third_party: bool
    wanted: Wanted | None = None  # what signing would make; None: nothing more


@needs(Right.BILLING)
def standing(desk: Desk, session_id: str) -> Standing:
    """Say whether the invoice of a session may be signed, and what was; raise `NotFound`."""
    session = _session(desk, session_id)
    chosen, number = billing.choice(desk.db, session.id), _number(desk, session)
    documents = french_documents.of_invoice(desk.db, number) if number else []
    faults = _faults(desk, session, chosen, number)
    return Standing(
        number, [fault for fault in faults if fault != "signed"] if documents else faults,
        documents,
        french_billing.parts_of(desk, session.id), chosen is not None and chosen.amo,
        _wanted(desk, session, chosen) if chosen else None,
    )  # fmt: skip


@needs(Right.BILLING)
def prepare(desk: Desk, session_id: str, mode: Mode, nature: str = "") -> Prepared:
    """Gather what is to be signed; raises `InvalidForm` with all that hinders, `NotFound`.

    `nature` names the paper that stands in for the card: in degraded mode alone.
    """
    session = _session(desk, session_id)
    chosen, number = billing.choice(desk.db, session.id), _number(desk, session)
    faults = [*_faults(desk, session, chosen, number)]
    if not french_sending.standing(desk).allowed:
        faults.insert(0, "not_homologated")  # what could never be sent is not signed
    third_party = chosen is not None and chosen.amo
    wanted = _wanted(desk, session, chosen) if chosen else None
    if faults or chosen is None or number is None or wanted is None:
        raise InvalidForm(faults=tuple(("secure", fault) for fault in faults))
    parts, sheet = french_billing.parts_of(desk, session.id), _caisse(desk, session)
    request = None if wanted is Wanted.FSE else _complementary(chosen)
    known = french_rights.on(desk, session.patient, session.care_date)
    return Prepared(
        session.id, session.patient, number, mode, nature if mode is Mode.DEGRADED else "",
        french_groups.of_invoice(desk, session, chosen, number, sheet, wanted),
        wanted, online.sender_of(desk, session.practitioner),
        sheet, request, third_party, chosen.route == Route.GU, parts.amo_cents if chosen.amo else 0,
        parts.amc_cents if chosen.amc else 0, known.insured.said.source if known.insured else None,
    )  # fmt: skip


@needs(Right.BILLING)
def mode_for(desk: Desk, session_id: str, cards: Cards, nature: str) -> Securing:
    """Say how a session may be signed with the cards at hand; raise `NotFound`."""
    session = _session(desk, session_id)
    chosen = billing.choice(desk.db, session.id)
    rules = rulebook(desk).securing(desk.likely_today)
    return securing.securing(cards, chosen is not None and chosen.amo, nature, rules)


@needs(Right.BILLING)
def serial_of(desk: Desk, prepared: Prepared, card: Groups) -> str:
    """Give the serial number of the card in the reader; raise `NotFound` when it is not his."""
    traits, patient = french.traits(desk.db, prepared.patient), prepared.patient
    held = people.get(desk.db, patient)
    birth = traits.birth_text if traits and traits.birth_text else ""
    if not birth and held and held.birth_date:
        birth = held.birth_date.isoformat()
    first = held.first_name if held else ""
    if person_of(card, nirs.of(desk.db, patient)[:13], birth.replace("-", ""), first) is None:
        raise NotFound(kind="card_person")
    return serial_of_card(card)


@needs(Right.BILLING)
def is_opposed(desk: Desk, serial: str) -> bool:
    """Say whether a card stands on the opposition list: third-party payment is not guaranteed."""
    return oppositions.is_opposed(rulebook(desk).oppositions, serial, desk.today)


@needs(Right.BILLING)
def keep(
    desk: Desk, prepared: Prepared, sealed: Sequence[Sealed], serial: str = ""
) -> Sequence[str]:
    """Keep what the component signed, claim the session, start the clock; return the documents.

    `serial` is that of the Vitale card that signed, "" when none was read. What was signed is kept
    whatever became of the session meanwhile. Raises `StateConflict` when this invoice was kept as
    signed before.
    """
    if french_documents.of_invoice(desk.db, prepared.invoice):
        raise StateConflict(kind="document", state="Signed", wanted="Signed")
    guaranteed = securing.guaranteed(
        prepared.mode, prepared.source, opposed=bool(serial) and is_opposed(desk, serial)
    )
    facts = {
        "invoice": prepared.invoice, "mode": int(prepared.mode), "nature": prepared.nature,
        "guaranteed": guaranteed, "documents": [each.kind for each in sealed],
    }  # fmt: skip
    made = []
    with desk.deed("invoice.secured", "session", prepared.session, facts) as seq:
        for each in sealed:
            row = _row(desk, prepared, DocumentKind(each.kind), each.simulated, guaranteed)
            french_documents.add(
                desk.db, row, each.content, each.signatures, desk.device.id, seq
            )  # fmt: skip
            made.append(row.id)
        _claim(desk, seq, prepared.session, f"invoice:{prepared.invoice}")
    return made


@needs(Right.BILLING)
def to_countersign(desk: Desk) -> Sequence[DocumentRow]:
    """Return what Vitale alone has signed: « à signer avec la CPS », the oldest first."""
    return french_documents.in_states(desk.db, (DocumentState.PART_SIGNED,))


@needs(Right.BILLING)
def sealed_of(desk: Desk, row: DocumentRow) -> Sealed:
    """Return a document as the component gave it."""
    return french_documents.sealed(desk.db, row)


@needs(Right.BILLING)
def countersigned(desk: Desk, document: str, sealed: Sealed) -> None:
    """Keep the professional's signature: the clock of the document starts; harmless twice."""
    row = french_documents.get(desk.db, document)
    if row is None:
        raise NotFound(kind="document")
    if row.state is not DocumentState.PART_SIGNED:
        return
    facts = {"invoice": row.invoice, "kind": str(row.kind)}
    with desk.deed("invoice.countersigned", "document", row.id, facts) as seq:
        day = desk.likely_today
        deadline = calendar(desk).latest_sending(day, row.third_party)
        french_documents.countersign(desk.db, row, sealed.signatures, day, deadline)
        french_documents.move(
            desk.db, row, DocumentState.SIGNED, desk.now, "countersigned", desk.device.id, seq
        )


def _wanted(desk: Desk, session: Session, chosen: BillingRow) -> Wanted | None:
    """Say which documents are to be signed; None when there is none.

    What a payer holds and did not refuse is not asked of him again: of an invoice whose DRE alone
    was refused, the DRE alone is made anew (`domain.md` §3.7).
    """
    held = {
        row.kind
        for row in french_documents.of_session(desk.db, session.id)
        if row.state not in _DONE_WITH
    }
    by_request = _has_request(desk, session, chosen)
    sheet = DocumentKind.FSE not in held
    request = by_request and DocumentKind.DRE not in held
    if sheet and request:
        return Wanted.BOTH
    return Wanted.FSE if sheet else Wanted.DRE if request else None


def _has_request(desk: Desk, session: Session, chosen: BillingRow) -> bool:
    """Say whether a complementary is asked for something by a DRE."""
    if chosen.route != Route.DRE or not chosen.amc:
        return False
    return french_billing.parts_of(desk, session.id).amc_cents > 0


def _session(desk: Desk, session_id: str) -> Session:
    held = visits.session(desk.db, session_id)
    if held is None:
        raise NotFound(kind="session")
    return held


def _number(desk: Desk, session: Session) -> int | None:
    return french_invoices.number_of(desk.db, session.id)


def _faults(
    desk: Desk, session: Session, chosen: BillingRow | None, number: int | None
) -> Sequence[str]:
    """Say what hinders signing the invoice of a session."""
    if chosen is None or number is None:
        return ("undecided",)
    if chosen.route == Route.PAPER:
        return ("paper",)
    faults = []
    if french_rejects.waiting(desk, session.id):
        faults.append("refused")
    elif french_documents.of_invoice(desk.db, number) or not _wanted(desk, session, chosen):
        faults.append("signed")
    elif session.state is not SessionState.READY:
        faults.append("not_ready")
    if desk.clock_is_suspect:
        faults.append("clock")
    if not online.sender_of(desk, session.practitioner):
        faults.append("no_sender")
    if online.insured_of(desk, session.patient) is None:
        faults.append("no_number")
    with suppress(InvalidForm):
        _caisse(desk, session)
        if _has_request(desk, session, chosen):
            _complementary(chosen)
        return faults
    return [*faults, "no_recipient"]


def _caisse(desk: Desk, session: Session) -> Recipient:
    organism = french_rights.on(desk, session.patient, session.care_date).organism
    found = rulebook(desk).recipient(organism, session.care_date)
    if found is None:
        raise InvalidForm(faults=(("secure", "no_recipient"),))
    return found


def _complementary(chosen: BillingRow) -> Recipient:
    cells = json.loads(chosen.convention)
    found = recipients.of_complementary(
        cells.get("routing", ""), cells.get("host", ""), cells.get("domain", "")
    )
    if found is None:
        raise InvalidForm(faults=(("secure", "no_recipient"),))
    return found


def _row(
    desk: Desk, prepared: Prepared, kind: DocumentKind, simulated: bool, guaranteed: bool
) -> DocumentRow:
    """Give the row of one document: a DRE asks for the complementary part, and only that."""
    part = prepared.mode is Mode.DESYNCHRONISED
    day = None if part else desk.likely_today
    dre = kind is DocumentKind.DRE
    amc = prepared.amc_cents if dre or prepared.unique else 0
    receiver = prepared.request if dre and prepared.request else prepared.sheet
    return DocumentRow(
        desk.new_id(), kind, prepared.invoice, prepared.session, prepared.patient, prepared.sender,
        str(receiver), int(prepared.mode), prepared.nature, prepared.third_party, guaranteed,
        0 if dre else prepared.amo_cents, amc, simulated, desk.now, day,
        _deadline(desk, day, prepared),
        _FIRST[prepared.mode], desk.now,
    )  # fmt: skip


_FIRST = {
    Mode.BOTH_CARDS: DocumentState.SIGNED,
    Mode.DESYNCHRONISED: DocumentState.PART_SIGNED,
    Mode.DEGRADED: DocumentState.DEGRADED,
}


def _deadline(desk: Desk, day: date | None, prepared: Prepared) -> date | None:
    return None if day is None else calendar(desk).latest_sending(day, prepared.third_party)


def _claim(desk: Desk, seq: int, session: str, evidence: str) -> None:
    """Lock the lines of a session and claim it, unless it went elsewhere meanwhile."""
    held = visits.session(desk.db, session)
    if held is None or held.state is not SessionState.READY:
        return
    for line in invoices.lines_of_session(desk.db, session):
        if line.state is LineState.PRICED:
            invoices.move_line(desk.db, desk.stamp, seq, line.id, LineState.LOCKED, evidence)
    visits.claim_sessions(desk.db, [session])
    states = (str(SessionState.READY), str(SessionState.CLAIMED))
    lives.add_steps(desk.db, desk.stamp, seq, "session", [session], states, evidence)
