"""Where a line is on its way to being paid, and its life told step by step (W18).

The words of the stations: `design.md` §11; states: `domain.md` §3.3b and §3.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.core.states import LineState, LotState
from server.services.ledger import Entry, Moment
from webui.states import look
from webui.thread import STATIONS, Station

_OF_LINE: Mapping[LineState, Station] = {
    LineState.PRICED: Station.PREPARED,
    LineState.LOCKED: Station.SEALED,
    LineState.SENT: Station.LEFT,
    LineState.ACCEPTED: Station.ACCEPTED,
    LineState.REJECTED: Station.ACCEPTED,
    LineState.PART_PAID: Station.PAID,
    LineState.PAID: Station.RECONCILED,
    LineState.REPLACED: Station.ACCEPTED,
    LineState.PATIENT_DUE: Station.ACCEPTED,
    LineState.WRITTEN_OFF: Station.ACCEPTED,
    LineState.REVERSED: Station.PAID,
}
_OF_LOT: Mapping[LotState, Station] = {
    LotState.QUEUED: Station.WAITING,
    LotState.SENDING: Station.WAITING,
    LotState.UNKNOWN: Station.LEFT,
}
_COMING = (Station.SEALED, Station.LEFT, Station.ACCEPTED, Station.PAID)
_UNDER_WAY = frozenset(
    {LineState.PRICED, LineState.LOCKED, LineState.SENT, LineState.ACCEPTED, LineState.PART_PAID}
)
_QUIET_ATTEMPTS = frozenset({"unknown"})  # the lot's own doubt, beside it, says it already


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a line is: the station, and the state whose word and colour are shown."""

    station: Station
    kind: str  # "line" or "lot"
    state: str

    @property
    def family(self) -> str:
        """The colour family of the thread, that of the state beside it."""
        return look(self.kind, self.state).family


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a life as it is drawn; its words are the sentence `life.<name>`."""

    name: str
    icon: str
    look: str  # "", "wait", "stop" or "todo"
    at: datetime | None
    reason: str = ""  # of an attempt: what the network did
    letter: str = ""  # id of the proof, "" when none


def stop_of(entry: Entry) -> Stop:
    """Say where a line is; while its lot waits or is in doubt, the lot's state is shown."""
    if entry.line.state is LineState.LOCKED and entry.lot and entry.lot.state in _OF_LOT:
        return Stop(_OF_LOT[entry.lot.state], "lot", entry.lot.state)
    return Stop(_OF_LINE[entry.line.state], "line", entry.line.state)


def steps(born: datetime, moments: Sequence[Moment], state: LineState) -> list[Step]:
    """Tell a life: its birth, what happened, detours included, then the stations to come."""
    told = [Step("line.Priced", *_DRAWN["line.Priced"], born)]
    before = ""
    for moment in moments:
        name = _name(moment, before)
        if moment.kind == "line":
            before = moment.state
        if name:
            told.append(_step(name, moment))
    pairs = zip(told, [*told[1:], None], strict=True)
    return [step for step, after in pairs if not _goes_without_saying(step, after)] + _to_come(
        state
    )


def _name(moment: Moment, before: str) -> str:
    """Name a moment; a line that was sent and is told so again has been received."""
    if moment.kind == "attempt":
        return "" if moment.state in _QUIET_ATTEMPTS else f"attempt.{moment.state}"
    if moment.kind == "line" and moment.state == before == LineState.SENT:
        return "line.received"
    if moment.kind == "line" and moment.state == LineState.PRICED and before:
        return "line.freed"
    return f"{moment.kind}.{moment.state}"


def _goes_without_saying(step: Step, after: Step | None) -> bool:
    """Whether what follows says it already: a wait that ended by leaving, a try that arrived."""
    return after is not None and (step.name, after.name) in _IMPLIED


def _step(name: str, moment: Moment) -> Step:
    icon, drawn = _DRAWN.get(name, ("circle-dot", ""))
    return Step(name, icon, drawn, moment.at, moment.reason, moment.letter)


def _to_come(state: LineState) -> list[Step]:
    if state not in _UNDER_WAY:
        return []
    here = STATIONS.index(_OF_LINE[state])
    ahead = [s for s in _COMING if STATIONS.index(s) > here]
    return [Step(f"coming.{station}", "circle", "todo", None) for station in ahead]


_IMPLIED = frozenset(
    {
        ("lot.Queued", "lot.Queued"),
        ("lot.Queued", "lot.Sending"),
        ("lot.Sending", "line.Sent"),
    }
)
_DRAWN: Mapping[str, tuple[str, str]] = {
    "line.Priced": ("circle-check", ""),
    "line.freed": ("undo-2", "wait"),
    "line.Locked": ("lock", ""),
    "line.Sent": ("send", ""),
    "line.received": ("inbox", ""),
    "line.Accepted": ("check", ""),
    "line.Rejected": ("x", "stop"),
    "line.PartPaid": ("coins", "wait"),
    "line.Paid": ("check-check", ""),
    "line.Replaced": ("replace", ""),
    "line.PatientDue": ("wallet", "wait"),
    "line.WrittenOff": ("eraser", ""),
    "line.Reversed": ("undo-2", "stop"),
    "lot.Queued": ("clock", ""),
    "lot.Sending": ("arrow-right", ""),
    "lot.Unknown": ("circle-question-mark", "wait"),
    "lot.Refused": ("octagon-alert", "stop"),
    "lot.Settled": ("link", ""),
    "attempt.failed": ("octagon-alert", "stop"),
    "attempt.unreachable": ("cloud-off", "wait"),
    "attempt.later": ("hourglass", "wait"),
    "attempt.absent": ("inbox", "wait"),
}
STEP_NAMES = frozenset(_DRAWN) | {f"coming.{station}" for station in _COMING}
"""Every name a step can have; each has its sentence."""
