"""Refusals: why, in plain words, the one next step, and a safe way to bill again (W19)."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm
from server.core.rights import Right
from server.core.states import SessionState
from server.services import (
    agenda,
    ledger,
    previews,
    quarantine,
    refusals,
    returns,
    sightings,
    treating,
)
from server.services.desk import Desk
from server.services.refusals import RefusedFile, RefusedLine
from webui.blocks import block_sentence
from webui.desk import desk
from webui.forms import required, shown_again_by
from webui.guards import only
from webui.mending import Subject, Way, way_to
from webui.naming import Naming
from webui.replies import go

page = only(Blueprint("refusals", __name__, url_prefix="/refusals"), Right.BILLING)

_MOST = 25  # rows of one page
ASIDE = (
    "unreadable", "unknown_reference", "our_own_message", "other_sending_number", "other_patient",
)  # fmt: skip
"""Why an answer is set aside; each is the sentence `aside.<reason>`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row of before and after: its words are `refusals.row.<name>`; amounts in cents."""

    name: str
    before_cents: int
    after_cents: int

    @property
    def gap_cents(self) -> int:
        """What it changes."""
        return self.after_cents - self.before_cents

    @property
    def sign(self) -> str:
        """The plus that a gain is written with; a loss brings its own sign."""
        return "+" if self.gap_cents > 0 else ""


@dataclass(frozen=True, slots=True)
class Opened:
    """The refusal opened beside the list."""

    refused: RefusedLine
    way: Way | None
    again: previews.Again | None
    changes: Sequence[Change]

    @property
    def comments(self) -> Sequence[str]:
        """What the insurer added in words, once each: codes alone would only be noise here."""
        said = dict.fromkeys(told.comment for told in self.refused.told)
        return [words for words in said if any(map(str.isalpha, words))]

    @property
    def corrected(self) -> bool:
        """Whether something is known now that would make the line different, and billable."""
        line, again = self.refused.line, self.again
        if again is None or again.blocked:
            return False
        same_codes = (line.ct1, line.ct2) == (again.ct1, again.ct2)
        return not same_codes or any(change.gap_cents for change in self.changes)


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the refused lines, the one opened, refused files, and answers set aside."""
    here = desk()
    work = here.work()
    after = request.args.get("after", "")
    found = refusals.lines(work, after, _MOST + 1)
    lines = found[:_MOST]
    count, risk_cents = refusals.sums(work)
    return render_template(
        "refusals/index.html",
        lines=lines,
        count=count,
        after=after,
        onward=lines[-1].line.id if len(found) > _MOST else "",
        risk_cents=risk_cents,
        opened=_opened(work, lines, request.args.get("line", "")),
        files=[(file, _ways(file, work.user.rights)) for file in refusals.files(work)],
        files_count=refusals.count_files(work),
        aside=quarantine.letters(work, _MOST),
        aside_count=ledger.count_set_aside(work),
        known_reasons=ASIDE,
        name=Naming.of(work, here.catalogue),
    )


@page.post("/<line_id>/correct")
def correct(line_id: str) -> Response:
    """Replace the refused line by one priced on what is known now; never twice."""
    session = refusals.correct(desk().work(), line_id)
    return go("refusals.replaced", session_id=session)


@page.get("/replaced/<session_id>")
def replaced(session_id: str) -> ResponseReturnValue:
    """Say what became of a session whose refused line was replaced."""
    here = desk()
    work = here.work()
    held = agenda.standing(work, session_id)
    sightings.patient(work, held.passage.patient.id)
    return render_template(
        "refusals/replaced.html",
        passage=held.passage,
        ready=held.passage.state is SessionState.READY,
        reasons=[block_sentence(block, here.catalogue) for block in held.blocks],
        left=refusals.sums(work)[0],
    )


@page.post("/<line_id>/patient")
def charge_patient(line_id: str) -> Response:
    """Let the patient owe the line."""
    refusals.charge_patient(desk().work(), line_id)
    return go("refusals.index")


def _again(line_id: str) -> ResponseReturnValue:
    return index()


def _aside(letter_id: str) -> ResponseReturnValue:
    return index()


@page.post("/<line_id>/give-up")
@shown_again_by(_again)
def give_up(line_id: str) -> Response:
    """Give the line up, with its reason."""
    refusals.write_off(desk().work(), line_id, required("reason"))
    return go("refusals.index")


@page.post("/reread")
def reread() -> Response:
    """Try to understand again every answer set aside."""
    returns.reread(desk().work())
    return go("refusals.index")


@page.post("/aside/<letter_id>/release")
@shown_again_by(_aside)
def release(letter_id: str) -> Response:
    """Let an answer set aside leave the insurer's mailbox at the next look, with its reason."""
    field = f"reason-{letter_id}"  # one form for each answer, on one page
    reason = request.form.get(field, "").strip()
    if not reason:
        raise InvalidForm(faults=((field, "missing"),))
    quarantine.release(desk().work(), letter_id, reason)
    return go("refusals.index")


def _opened(work: Desk, lines: Sequence[RefusedLine], key: str) -> Opened | None:
    refused = next((each for each in lines if each.line.id == key), lines[0] if lines else None)
    if refused is None:
        return None
    line = refused.line
    sightings.line(work, line.id)
    opens = refused.told[0].explanation.opens if refused.told else ""
    again = previews.again(work, line)
    changes = again and (
        Change("insurer", line.oa_cents, again.oa_cents),
        Change("patient", line.copay_cents, again.copay_cents),
        Change("fee", line.fee_cents, again.fee_cents),
    )
    treated = treating.treats(work, line.patient)
    seen = Subject(line.patient, refused.treatment, line.session)
    way = way_to(opens, seen if treated else Subject(line.patient), work.user.rights)
    return Opened(refused, way, again, changes or ())


def _ways(file: RefusedFile, rights: Set[Right]) -> Sequence[Way | None]:
    """Give, for each code said of a whole file, the link to what mends it."""
    return [way_to(explanation.opens, Subject(), rights) for _, _, _, explanation in file.told]
