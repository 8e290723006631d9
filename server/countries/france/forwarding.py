"""The way of an invoice under unique management: from the caisse to the complementary, in steps.

The caisse looks the complementary up in the file of its insured, forwards what it settled, and the
complementary pays its part upon it. Only the return tells of the middle: a step is done once what
came proves it. Sources: SOFIA-3 to SOFIA-6, `domain.md` FR-42; case K7.
"""

from dataclasses import dataclass
from enum import StrEnum

from server.core.teletransmission import DocumentState
from server.countries.france.settlement import Owed


class Stage(StrEnum):
    """The four steps, in order."""

    SENT = "SENT"
    LOOKED_UP = "LOOKED_UP"
    FORWARDED = "FORWARDED"
    PAID = "PAID"


class Progress(StrEnum):
    """How far a step is."""

    DONE = "DONE"
    AWAITED = "AWAITED"
    STOPPED = "STOPPED"
    LATER = "LATER"  # after the one that is awaited or stopped


@dataclass(frozen=True, slots=True)
class Step:
    """One step and how far it is."""

    stage: Stage
    progress: Progress


_ARRIVED = frozenset(
    {DocumentState.SENT, DocumentState.ACK_POSITIVE, DocumentState.PAID, DocumentState.REJECTED}
)
_STOPS = {DocumentState.GIVEN_UP: Stage.SENT, DocumentState.REJECTED: Stage.LOOKED_UP}


def steps(state: DocumentState, owed: Owed) -> tuple[Step, ...]:
    """Say how far an FSE that carries both parts has come, `owed` being what returns made of it."""
    now = _now(state, owed)
    held = Progress.STOPPED if _STOPS.get(state) is now else Progress.AWAITED
    stages = list(Stage)
    place = len(stages) if now is None else stages.index(now)
    return tuple(
        Step(stage, Progress.DONE if at < place else held if at == place else Progress.LATER)
        for at, stage in enumerate(stages)
    )


def _now(state: DocumentState, owed: Owed) -> Stage | None:
    """Return the step that is not done; None once all are."""
    if state not in _ARRIVED:
        return Stage.SENT
    if owed.received.amc_cents > 0:
        return Stage.PAID if owed.missing.amc_cents else None
    return Stage.FORWARDED if owed.received.amo_cents > 0 else Stage.LOOKED_UP
