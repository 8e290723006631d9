"""« Demander les droits »: ADRi is asked about a patient, now or when the line is back (FR-49, P5).

The answer is one more dated reading of his rights, the most trusted; what it contradicts stays in
the file and is shown beside it. MAIIA-58, scenario F-06.
"""

from dataclasses import dataclass
from datetime import date

from server.core.care import Source
from server.core.online import OnlineService
from server.core.rights import Right
from server.countries.france.online import GivenRights, Request
from server.countries.france.rights import Said
from server.services import evaluation, online, patients
from server.services.desk import Desk, needs
from server.store import french
from server.store import online as store
from server.store.online import Question


@dataclass(frozen=True, slots=True)
class Enquiry:
    """How ADRi stands for a patient: whether it may be asked, and what was asked last."""

    standing: online.Standing
    lacking: str  # why there is nothing to ask with: "number", "sender", "" when there is
    last: Question | None

    @property
    def state(self) -> online.StepState:
        """Where what was asked last stands."""
        return online.state_of(self.last)

    @property
    def waits(self) -> bool:
        """Whether an answer is still to come by itself."""
        return self.last is not None and online.is_under_way(self.last)


@needs(Right.PATIENTS)
def enquiry(desk: Desk, patient: str) -> Enquiry:
    """Say how ADRi stands for a patient."""
    patients.open_file(desk, patient)
    lacking = ""
    if online.insured_of(desk, patient) is None:
        lacking = "number"
    elif not online.sender_of(desk):
        lacking = "sender"
    last = store.last(desk.db, patient, OnlineService.ADRI)
    return Enquiry(online.standing(desk), lacking, last)


@needs(Right.PATIENTS)
def ask(desk: Desk, patient: str) -> str:
    """Queue a question about a patient's rights today and return its message, "" for none.

    One question at a time: the one under way is given when there is one. Raises `Missing` where
    nothing is homologated.
    """
    patients.open_file(desk, patient)
    online.require(desk)
    last = store.last(desk.db, patient, OnlineService.ADRI)
    if last is not None and online.is_under_way(last):
        return last.message
    wanted = asked_now(desk, patient, desk.today)
    if wanted is None:
        return ""
    with desk.deed("coverage.enquired", "patient", patient, {"source": str(Source.ADRI)}) as seq:
        return online.queue(desk, seq, wanted, patient)


def asked_now(desk: Desk, patient: str, day: date) -> Request | None:
    """Give what would be asked about a patient now; None when something is lacking."""
    insured, sender = online.insured_of(desk, patient), online.sender_of(desk)
    if insured is None or not sender:
        return None
    return Request(OnlineService.ADRI, "", sender, day, insured)


def keep(desk: Desk, seq: int, patient: str, given: GivenRights) -> None:
    """Write what ADRi gives as one reading, dated now, inside the caller's deed."""
    rows = [
        Said(
            desk.new_id(), patient, each.kind, Source.ADRI, desk.now, each.since, each.until,
            given.organism, each.code, each.number,
        )
        for each in given.rights
    ]  # fmt: skip
    french.add_rights(desk.db, rows, desk.device.id, seq)
    evaluation.judge_patient(desk, seq, patient)
