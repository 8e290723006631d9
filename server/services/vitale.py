"""A Vitale card is presented: the file of the person who is there opens, or is drafted.

What is read freely from the card finds the patient; it never bills. A child may bear a parent's
number, so a file is found by number and birth date together; twins are told apart by first name.
Source: `hardware.md` §3.2; a card that contradicts the file never overwrites it (C15).
"""

import logging
from dataclasses import replace

from server.core.cards import Proof
from server.core.rights import Right
from server.core.vitale import VitalePerson, VitaleRead
from server.countries.france.nir import nir_doubts, nir_facts
from server.services.cards import Presented, agrees
from server.services.desk import Desk, needs
from server.store import nirs, patients
from server.store.nirs import NirFact
from server.store.patients import IdentityFact, Patient, search_key

log = logging.getLogger(__name__)


@needs(Right.PATIENTS)
def recognise(desk: Desk, read: VitaleRead) -> int | None:
    """Say which person of a card is meant: the only one, or the only one known here.

    None: somebody must say. The place is counted from 0.
    """
    if len(read.people) == 1 or _refusal(desk, read):
        return 0
    known = [place for place, who in enumerate(read.people) if _held(desk, read, who)]
    return known[0] if len(known) == 1 else None


@needs(Right.PATIENTS)
def present(desk: Desk, read: VitaleRead, place: int) -> Presented:
    """Find or draft the person at a place of the card, and keep the reading as evidence."""
    refusal = _refusal(desk, read)
    if refusal:
        with desk.deed("card.refused", "card", refusal):
            log.info("card refused: %s", refusal)
        return Presented(None, refusal=refusal)
    who = read.people[place]
    held = _held(desk, read, who)
    patient = _as_drafted(held, who) if held else _draft(desk, who)
    contradicts = held is not None and not held.draft and not agrees(held, who)
    with desk.deed("card.read", "patient", patient.id, {"proof": str(read.proof)}) as seq:
        key = desk.new_id()
        nirs.add_reading(desk.db, key, read, who, desk.device.id, seq)
        if held is None:
            patients.insert(desk.db, patient, desk.device.id, seq, desk.now)
        elif patient != held:
            patients.update(desk.db, patient)
        fact = IdentityFact(
            desk.new_id(), patient.id, "CARD", key, read.at, None, who.last_name, who.first_names,
            who.birth_date, who.birth_text, patient.sex, not contradicts,
        )  # fmt: skip
        patients.add_identity(desk.db, fact, desk.device.id, seq)
        _keep_nir(desk, patient.id, read, who, seq)
    return Presented(patient.id, drafted=held is None, contradicts=contradicts)


def _refusal(desk: Desk, read: VitaleRead) -> str:
    """Say why a card may not be used here: fabricated cards and real ones never mix."""
    if desk.practice.country != "FR":
        return "foreign_card"
    fabricated = read.proof is Proof.DEMO
    if fabricated is desk.practice.demo:
        return ""
    return "demo_card" if fabricated else "real_card"


def _held(desk: Desk, read: VitaleRead, who: VitalePerson) -> Patient | None:
    """Find the file of a person: by number and birth, else by name and birth without a number."""
    found = nirs.living(desk.db, who.nir.digits, who.birth_date) if who.nir else []
    if len(found) > 1 or (found and _has_twin(read, who)):
        found = [each for each in found if _same_first_name(each, who)]
    if found:
        return found[0]
    others = nirs.without_number(desk.db, who.last_name, who.first_names, who.birth_date)
    return others[0] if len(others) == 1 else None


def _has_twin(read: VitaleRead, who: VitalePerson) -> bool:
    """Say whether the card holds another person of the same number and birth."""
    return any(
        other is not who and (other.nir, other.birth_text) == (who.nir, who.birth_text)
        for other in read.people
    )


def _same_first_name(held: Patient, who: VitalePerson) -> bool:
    ours, theirs = search_key(held.first_name), search_key(who.first_names)
    return ours.startswith(theirs) or theirs.startswith(ours)


def _draft(desk: Desk, who: VitalePerson) -> Patient:
    return Patient(
        desk.new_id(), None, who.last_name, who.first_names, who.birth_date, _sex(who),
        desk.user.locale, "", True, False,
    )  # fmt: skip


def _as_drafted(held: Patient, who: VitalePerson) -> Patient:
    """Let a newer card rewrite a draft nobody confirmed; a confirmed file is never overwritten."""
    if not held.draft:
        return held
    return replace(
        held, last_name=who.last_name, first_name=who.first_names, birth_date=who.birth_date
    )


def _sex(who: VitalePerson) -> str:
    """Take the sex the number tells, unless the number may be a parent's."""
    if who.nir is None or who.birth_date is None or nir_doubts(who.nir, who.birth_date, ""):
        return ""
    return nir_facts(who.nir).sex or ""


def _keep_nir(desk: Desk, patient_id: str, read: VitaleRead, who: VitalePerson, seq: int) -> None:
    if who.nir and nirs.of(desk.db, patient_id) != who.nir.digits:
        fact = NirFact(desk.new_id(), patient_id, "CARD", read.at, who.nir.digits)
        nirs.add(desk.db, fact, desk.device.id, seq)
