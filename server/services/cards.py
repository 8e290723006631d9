"""A card is presented: the patient's file opens, or is drafted, without a click.

Proof and evidence: `hardware.md` §2.5; a card that contradicts the file never overwrites it (C15).
"""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from server.core.cards import CardRead, Identity
from server.core.rights import Right
from server.core.vitale import VitalePerson
from server.services import user_cards
from server.services.desk import Desk, needs
from server.services.identity import of_reading
from server.store import patients
from server.store.patients import Address, IdentityFact, Patient, Reading, search_key

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Presented:
    """What a card did: the patient it opened, or the code of the sentence that refuses it."""

    patient: str | None
    drafted: bool = False
    contradicts: bool = False
    moved: bool = False  # the card gives another address than the file had; it was noted
    refusal: str = ""
    user: str = ""  # of whom it is the card: nothing was opened
    namesake: str = ""  # user it names, though it is not tied: nothing was opened or drafted


@needs(Right.PATIENTS)
def present(desk: Desk, read: CardRead, *, of_a_patient: bool = False) -> Presented:
    """Find or draft the patient of a card and keep the reading as evidence.

    A card tied to a user, or named like one, opens nobody's file unless it is said to be
    `of_a_patient`.
    """
    refusal = user_cards.refusal_of(read, demo=desk.practice.demo)
    if refusal:
        with desk.deed("card.refused", "card", refusal):
            log.info("card refused: %s", refusal)
        return Presented(None, refusal=refusal)
    if not of_a_patient:
        whose = _of_a_user(desk, read)
        if whose is not None:
            return whose
    held = patients.by_niss(desk.db, read.identity.niss.digits)
    patient = _as_drafted(held, read.identity) if held else _draft(desk, read.identity)
    contradicts = held is not None and not held.draft and not agrees(held, read.identity)
    with desk.deed("card.read", "patient", patient.id, {"proof": str(read.proof)}) as seq:
        key = desk.new_id()
        patients.add_reading(desk.db, key, read, desk.device.id, seq)
        if held is None:
            patients.insert(desk.db, patient, desk.device.id, seq, desk.now)
        elif patient != held:
            patients.update(desk.db, patient)
        _keep_identity(desk, patient.id, key, read, seq, accepted=not contradicts)
        moved = _keep_address(desk, patient.id, read, seq)
        of_reading(desk, patient.id, key, read, seq)
    return Presented(
        patient.id, drafted=held is None, contradicts=contradicts, moved=moved and held is not None
    )


@needs(Right.PATIENTS)
def reading_today(desk: Desk, patient_id: str) -> Reading | None:
    """Return the reading of the patient's card made in the last twelve hours, if any."""
    return patients.reading_of(desk.db, patient_id, desk.now - timedelta(hours=12))


def _of_a_user(desk: Desk, read: CardRead) -> Presented | None:
    """Notice the card of a user, which is journaled, or of somebody who bears the name of one."""
    owner = user_cards.owner_of(desk, read)
    if owner is not None:
        with desk.deed("card.user", "user", owner.id):
            log.info("the card of a user was put in")
        return Presented(None, user=owner.id)
    namesake = user_cards.namesake_of(desk, read)
    return Presented(None, namesake=namesake.id) if namesake else None


def _draft(desk: Desk, identity: Identity) -> Patient:
    return Patient(
        desk.new_id(), identity.niss.digits, identity.last_name, identity.first_names,
        identity.birth_date, identity.sex, desk.user.locale, "", True, False,
    )  # fmt: skip


def _as_drafted(held: Patient, identity: Identity) -> Patient:
    """Let a newer card rewrite a draft nobody confirmed; a confirmed file is never overwritten."""
    if not held.draft:
        return held
    return replace(
        held, last_name=identity.last_name, first_name=identity.first_names,
        birth_date=identity.birth_date, sex=identity.sex,
    )  # fmt: skip


def agrees(held: Patient, card: Identity | VitalePerson) -> bool:
    """Say whether names and birth agree: a card cuts long names, which is no contradiction."""
    pairs = (
        (search_key(held.last_name), search_key(card.last_name)),
        (search_key(held.first_name), search_key(card.first_names)),
    )
    days = {day for day in (held.birth_date, card.birth_date) if day is not None}
    return len(days) < 2 and all(a.startswith(b) or b.startswith(a) for a, b in pairs)


def _keep_identity(
    desk: Desk, patient_id: str, key: str, read: CardRead, seq: int, *, accepted: bool
) -> None:
    who = read.identity
    fact = IdentityFact(
        desk.new_id(), patient_id, "CARD", key, read.at, who.niss.digits, who.last_name,
        who.first_names, who.birth_date, who.birth_text, who.sex, accepted,
    )  # fmt: skip
    patients.add_identity(desk.db, fact, desk.device.id, seq)


def _keep_address(desk: Desk, patient_id: str, read: CardRead, seq: int) -> bool:
    """Note the address of a card when it is a new one; say whether it replaces another."""
    said, held = read.address, patients.address(desk.db, patient_id)
    if said is None:
        return False
    now = (said.street, said.postcode, said.municipality)
    if held is not None and (held.street, held.postcode, held.city) == now:
        return False
    known = Address(desk.new_id(), patient_id, "CARD", read.at, *now)
    patients.add_address(desk.db, known, desk.device.id, seq)
    return held is not None
