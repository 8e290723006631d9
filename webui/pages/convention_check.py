"""« Quelle convention ? »: which one holds for a body or an insurer, or the three causes (F-16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm, NotFound
from server.core.rights import Right
from server.services import convention_search
from server.services.convention_search import Answer, Compared, Diagnosis, Need
from server.services.forms import Form
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.pages.conventions import CHOICES, TYPES

page = only(
    Blueprint("convention_check", __name__, url_prefix="/options/convention-check"), Right.BILLING
)

ACCORDS = ("T", "H")
_UNIQUE = "RO"
_BODY = 9


@dataclass(frozen=True, slots=True)
class Look:
    """What was asked, what was found, and why nothing was."""

    need: Need
    on_card: str
    label: str  # the name on the attestation
    answer: Answer
    diagnosis: Diagnosis | None

    @property
    def compared(self) -> Sequence[Compared]:
        """The attestation beside the convention that holds, or the first that would."""
        found = self.answer.choice
        row = (found.chosen or found.best[0]).held.row
        need = self.need
        return (
            Compared("type", need.type, row.type),
            Compared("number", need.number, row.number or row.signatory),
            Compared("name", self.label, row.label or row.signatory_label),
            Compared("criterion", need.csr or need.body, row.criterion),
        )


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the question."""
    return _screen(None)


@page.post("/")
@shown_again_by(index)
def look() -> ResponseReturnValue:
    """Look for the convention; where there is none, make the three checks."""
    return _screen(_look())


@page.post("/export")
@shown_again_by(index)
def export() -> Response:
    """Hand over why there is none as a text, to be sent to whoever helps: no patient is in it."""
    look = _look()
    if look.diagnosis is None:
        raise NotFound(kind="page")
    response = make_response(render_template("conventions/export.txt", look=look))
    response.mimetype = "text/plain"
    response.headers["Content-Disposition"] = 'attachment; filename="besace-convention.txt"'
    return response


def _look() -> Look:
    work = desk().work()
    need, on_card, label = _asked(work.today)
    answer = convention_search.find(work, need)
    none = not answer.choice.found
    diagnosis = convention_search.why_none(work, need, on_card) if none else None
    return Look(need, on_card, label, answer, diagnosis)


def _screen(look: Look | None) -> ResponseReturnValue:
    return render_template("conventions/check.html", look=look, type_choices=CHOICES)


def _asked(today: date) -> tuple[Need, str, str]:
    form = Form(request.form)
    kind, accord = form.text("type", most=3).upper(), form.text("accord") or "T"
    body = form.text("body").replace(" ", "")
    number, csr = form.text("number", most=20), form.text("csr", most=15).upper()
    day = form.day("day") or today
    if kind not in TYPES:
        form.faults.append(("type", "unknown"))
    if kind == _UNIQUE and not (len(body) == _BODY and body.isascii() and body.isdigit()):
        form.faults.append(("body", "nine_digits"))
    if kind != _UNIQUE and not number:
        form.faults.append(("number", "missing"))
    form.end()
    if accord not in ACCORDS:
        raise InvalidForm(faults=(("accord", "unknown"),))
    need = Need(day, kind, accord, body, number, csr)
    return need, form.text("on_card", most=20), form.text("label")
