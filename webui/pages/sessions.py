"""« Séance faite »: the visit at the bedside, and a session once recorded (W5)."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.care import Place
from server.core.country import Country
from server.core.rights import Right
from server.core.states import LineState
from server.services import (
    agenda,
    cards,
    documents,
    french_papers,
    french_series,
    french_visits,
    identity,
    insurers,
    patients,
    rules,
    sessions,
    sightings,
    treatments,
)
from server.services.forms import parse_day
from webui import french_care
from webui.blocks import remedies
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.i18n import Catalogue
from webui.pages.patients import ENDED
from webui.reasons import why_line, why_quote
from webui.replies import go

page = only(Blueprint("sessions", __name__, url_prefix="/sessions"), Right.PATIENTS)

_STRUCK = (LineState.REPLACED, LineState.REVERSED)
_NOT_NOW = ""  # the patient pays nothing at this visit
_MEANS = ("CASH", "CARD", "TRANSFER")


@page.get("/new")
def new() -> Response:
    """Begin a session for one patient, or look for the patient first (F2)."""
    desk().work().require(Right.CLINICAL)
    patient = request.args.get("patient", "")
    if not patient:
        return go("patients.index")
    work = desk().work()
    found = french_series if work.country is Country.FRANCE else treatments
    open_ones = [
        each.treatment.id
        for each in found.of_patient(work, patient)
        if each.treatment.state not in ENDED
    ]
    if not open_ones:
        return go("series.new", patient_id=patient)
    return go("sessions.visit", series_id=open_ones[0])


@page.get("/of/<series_id>")
def visit(series_id: str) -> ResponseReturnValue:
    """Propose the next session of a series: act, price, who pays, and why."""
    here = desk()
    work = here.work()
    if work.country is Country.FRANCE:
        return french_care.visit(here, series_id, request.values)
    proposal = sessions.propose(work, series_id, _wanted_day(), _wanted_place())
    patient = proposal.patient.id
    sightings.patient(work, patient)
    say = here.catalogue.say
    return render_template(
        "sessions/visit.html",
        form_key=work.new_id(),
        proposal=proposal,
        file=patients.open_file(work, patient),
        series=treatments.series(work, series_id),
        reading=cards.reading_today(work, patient),
        proof=identity.waiting(work, patient, proposal.care_date),
        identity=_ways_to_identify(here.catalogue),
        whys=[why_quote(act.label, act.quote) for act in proposal.acts if act.quote],
        remedies=remedies(
            proposal.reasons, here.catalogue, work.user.rights, patient=patient, series=series_id
        ),
        second=any(reason.code.startswith("day.") for reason in proposal.reasons),
        places=[(each, say(f"place.{each}")) for each in _places(proposal.treatment.place)],
        means=[*_means(here.catalogue), (_NOT_NOW, say("means.later"))],
        insurers=insurers.names(work),
        passages=agenda.of_day(work, proposal.care_date),
    )


@page.post("/of/<series_id>")
@shown_again_by(visit)
def record(series_id: str) -> Response:
    """Record the session; what the patient did not pay now is not collected."""
    here = desk()
    work = here.work()
    in_france = work.country is Country.FRANCE
    given = french_visits if in_france else sessions
    key = given.record(work, series_id, _as_paid(request.form))
    if in_france and work.user.may(Right.BILLING):
        french_care.begin_tp(here, key)
    return go("sessions.show", session_id=key)


@page.post("/of/<series_id>/price")
@shown_again_by(visit)
def price(series_id: str) -> ResponseReturnValue:
    """Price again what is typed so far, without recording it: care is in no address (France)."""
    return french_care.visit(desk(), series_id, request.form, repriced=True)


@page.post("/of/<series_id>/identity")
@shown_again_by(visit)
def identify(series_id: str) -> Response:
    """Note how the patient was identified, since the chip of his card could not be read."""
    work = desk().work()
    identity.declare(work, treatments.series(work, series_id).treatment.patient, request.form)
    return go("sessions.visit", series_id=series_id)


@page.get("/<session_id>")
def show(session_id: str) -> ResponseReturnValue:
    """Show a recorded session: what it costs, why, what blocks it, its paper.

    Who does not treat the patient sees what it costs, and may note what was paid.
    """
    here = desk()
    work = here.work()
    if not agenda.account(work, session_id).series:
        return _till(session_id)
    view = sessions.view(work, session_id)
    sightings.patient(work, view.patient.id)
    if work.country is Country.FRANCE:
        return french_care.session(here, view)
    series = treatments.series(work, view.session.treatment)
    spoken = here.catalogue
    return render_template(
        "sessions/show.html",
        view=view,
        proof=identity.of_session(work, session_id),
        series=series,
        whys=[
            why_line(rules.label(work, line.code, spoken.locale), line)
            for line in view.lines
            if line.state not in _STRUCK
        ],
        labels={act.code: rules.label(work, act.code, spoken.locale) for act in view.acts},
        remedies=remedies(
            view.blocks, spoken, work.user.rights,
            patient=view.patient.id, series=series.treatment.id, session=session_id,
        ),
        insurers=insurers.names(work),
        duplicate=any(block.code == "day.duplicate" for block in view.blocks),
        means=_means(spoken),
    )  # fmt: skip


def _till(session_id: str) -> ResponseReturnValue:
    work = desk().work()
    account = agenda.account(work, session_id)
    sightings.patient(work, account.passage.patient.id)
    return render_template("sessions/till.html", account=account, means=_means(desk().catalogue))


def _ways_to_identify(spoken: Catalogue) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Give the choices of a proof by hand; what the reasons mean is told by no public source."""

    def reasons(codes: Sequence[str]) -> list[tuple[str, str]]:
        return [(code, spoken.say("visit.identity_reason", code=code)) for code in codes]

    return {
        "media": [(code, spoken.say(f"visit.identity_medium.{code}")) for code in identity.MEDIA],
        "manual": reasons(identity.WHY_BY_HAND),
        "vignette": [
            ("0", spoken.say("visit.identity_vignette_none")),
            *reasons(identity.WHY_A_STICKER),
        ],
    }


def _means(spoken: Catalogue) -> list[tuple[str, str]]:
    return [(each, spoken.say(f"means.{each}")) for each in _MEANS]


@page.post("/<session_id>/void")
@shown_again_by(show)
def void(session_id: str) -> Response:
    """Strike the session out, with the reason."""
    work = desk().work()
    series = sessions.view(work, session_id).session.treatment
    sessions.void(work, session_id, request.form.get("reason", ""))
    return go("series.show", series_id=series)


@page.post("/<session_id>/second")
@shown_again_by(show)
def second(session_id: str) -> Response:
    """Say why it is a second session of its day."""
    sessions.second(desk().work(), session_id, request.form)
    return go("sessions.show", session_id=session_id)


@page.post("/<session_id>/private")
@shown_again_by(show)
def make_private(session_id: str) -> Response:
    """Let the patient pay what no insurer will."""
    sessions.make_private(desk().work(), session_id, request.form)
    return go("sessions.show", session_id=session_id)


@page.post("/<session_id>/collect")
@shown_again_by(show)
def collect(session_id: str) -> Response:
    """Keep what the patient paid after all."""
    agenda.collect(desk().work(), session_id, request.form)
    return go("sessions.show", session_id=session_id)


@page.get("/<session_id>/paper")
def paper(session_id: str) -> ResponseReturnValue:
    """Show the document justificatif inside the frame: the window has no way back of its own."""
    work = desk().work()
    view = sessions.view(work, session_id)
    sightings.patient(work, view.patient.id)
    return render_template("sessions/paper.html", view=view)


@page.get("/<session_id>/document.pdf")
def document(session_id: str) -> Response:
    """Make the document justificatif, keep its bytes, and hand it over."""
    here = desk()
    if here.work().country is Country.FRANCE:
        return _receipt(session_id)
    from webui.paper.justificatif import write_justificatif  # fpdf is heavy

    proof = documents.proof(here.work(), session_id)
    content = write_justificatif(proof, insurers.names(here.work()))
    paper_id = documents.keep(here.work(), session_id, content)
    sightings.document(here.work(), paper_id)
    return _handed_over(content, f"besace-{proof.number}.pdf")


def _receipt(session_id: str) -> Response:
    """Make the receipt of a session in France, keep its bytes, and hand it over."""
    from webui.paper.quittance import write_receipt  # fpdf is heavy

    work = desk().work()
    receipt = french_papers.receipt(work, session_id)
    content = write_receipt(receipt)
    sightings.document(work, documents.keep(work, session_id, content))
    return _handed_over(content, f"quittance-{receipt.number}.pdf")


def _handed_over(content: bytes, name: str) -> Response:
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _as_paid(typed: Mapping[str, str]) -> Mapping[str, str]:
    """Give the form with nothing collected when the patient pays later."""
    if typed.get("payment_means", _NOT_NOW) == _NOT_NOW:
        return {**typed, "copay_collected": ""}
    return typed


def _wanted_day() -> date | None:
    """Read the day the form shows, when it can be read: a refusal of it is told on sending."""
    text = request.values.get("care_date", "")
    return parse_day(text) if text else None


def _wanted_place() -> Place | None:
    text = request.values.get("place", "")
    return Place(text) if text in tuple(Place) else None


def _places(usual: Place) -> list[Place]:
    """Give the four places offered, the usual one first."""
    offered = [Place.HOME, Place.CABINET, Place.INSTITUTION, Place.HOSPITAL_ROOM]
    return [usual, *(each for each in offered if each is not usual)][:4]
