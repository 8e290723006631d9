"""Proofs of identity at the bedside: kept with their instant, tied to a session, and their share.

A proof serves one session of its own civil day: insurers refuse another date (error 156) and the
reuse of an earlier reading. Its codes are those in force when it was made, not when it is sent.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from server.core.cards import CardKind, CardRead
from server.core.clock import BRUSSELS
from server.core.country import Country
from server.core.errors import NotFound
from server.core.rights import Right
from server.countries.belgium.identity import (
    BY_HAND,
    CARD,
    MANUAL_REASONS,
    NONE,
    VIGNETTE,
    VIGNETTE_REASONS,
    ByHand,
    ChipShare,
    faults_of,
    months_of_quarter,
)
from server.services import treating
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.services.rules import choice
from server.store import patients, proofs
from server.store.proofs import IdentityProof

MEDIA = (CARD, VIGNETTE)
"""What a patient may show when the chip cannot be read."""

WHY_BY_HAND, WHY_A_STICKER = MANUAL_REASONS, VIGNETTE_REASONS
"""Codes of the reasons, as insurers number them."""

_STILL_THERE = timedelta(hours=1)
"""A card read this soon after its session was recorded is read for that session."""


def of_reading(desk: Desk, patient: str, key: str, read: CardRead, seq: int) -> None:
    """Keep what a reading proves, and give it to the session just recorded without one.

    Part of the act that keeps the reading `key`; a French card proves nothing to an insurer here.
    """
    if read.kind is not CardKind.EID:
        return
    proof = IdentityProof(
        key, patient, read.at, choice(desk, "efact.eid_reading_type", "1"),
        choice(desk, "efact.eid_medium", "1"), read.identity.card_number, card_read=key,
    )  # fmt: skip
    _keep(desk, proof, seq)


@needs(Right.CLINICAL)
def declare(desk: Desk, patient: str, typed: Mapping[str, str]) -> None:
    """Keep a proof made by hand, because the chip could not be read; raises `InvalidForm`.

    Fields: medium (1 the number of the card, 7 a sticker), serial, manual_reason, vignette_reason.
    """
    if patients.get(desk.db, patient) is None:
        raise NotFound(kind="patient")
    treating.require(desk, patient)
    form = Form(typed)
    medium, serial = form.text("medium", needed=True), form.text("serial").replace("-", "")
    told = ByHand(
        medium, "" if medium == VIGNETTE else serial.replace(" ", ""), form.text("manual_reason"),
        form.text("vignette_reason") if medium == VIGNETTE else NONE,
    )  # fmt: skip
    form.faults += [fault for fault in faults_of(told) if medium or fault[0] != "medium"]
    form.end()
    facts = {"medium": told.medium, "manual_reason": told.manual_reason}
    with desk.deed("card.declared", "patient", patient, facts) as seq:
        proof = IdentityProof(
            desk.new_id(), patient, desk.now, BY_HAND, told.medium, told.serial,
            told.manual_reason, told.vignette_reason,
        )  # fmt: skip
        _keep(desk, proof, seq)


@needs(Right.PATIENTS)
def waiting(desk: Desk, patient: str, day: date) -> IdentityProof | None:
    """Return the proof that the next session of a day would be given."""
    return proofs.unused(desk.db, patient, *_day(day))


@needs(Right.CLINICAL)
def of_session(desk: Desk, session: str) -> IdentityProof | None:
    """Return the proof of a session; None when it has none."""
    return proofs.of_sessions(desk.db, [session]).get(session)


@needs(Right.PATIENTS)
def share(desk: Desk) -> ChipShare | None:
    """Return the share of chips of this civil quarter; None where nothing is asked or given yet."""
    if desk.practice.country != Country.BELGIUM:
        return None
    asked = choice(desk, "identity.chip_percent", "")
    if not asked:
        return None
    held = proofs.sums(desk.db, months_of_quarter(desk.likely_today))
    total = ChipShare(
        sum(x.sessions for x in held), sum(x.chip for x in held), sum(x.by_hand for x in held),
        int(asked),
    )  # fmt: skip
    return total if total.sessions > 0 else None


def _keep(desk: Desk, proof: IdentityProof, seq: int) -> None:
    proofs.add(desk.db, proof, desk.device.id, seq)
    begun, _ = _day(proof.at.astimezone(BRUSSELS).date())
    since = max(proof.at - _STILL_THERE, begun)
    session = proofs.unproved_since(desk.db, proof.patient, since)
    if session is not None:
        proofs.tie(desk.db, session, proof.id, desk.device.id, seq)


def _day(day: date) -> tuple[datetime, datetime]:
    """Give the instants between which it is this civil day in Belgium."""
    begin = datetime.combine(day, time(), BRUSSELS)
    end = datetime.combine(day + timedelta(days=1), time(), BRUSSELS)
    return begin.astimezone(UTC), end.astimezone(UTC)
