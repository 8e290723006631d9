"""Treatments and visits of a practice of France: what their screens show, gathered (W5, W9)."""

from collections.abc import Mapping, Sequence

from flask import render_template

from server.core.care import Place
from server.core.rights import Right
from server.core.states import LineState
from server.services import (
    agenda,
    cards,
    french_assessments,
    french_billing,
    french_invoices,
    french_rules,
    french_series,
    french_visits,
    patients,
    secure_tp,
    sessions,
    sightings,
    treatments,
)
from server.services.french_billing import Choice, Parts
from server.services.patients import PatientFile
from server.services.sessions import SessionView
from webui.blocks import Remedy, remedies
from webui.desk import Desk
from webui.french_reasons import FrenchWhy, coefficient, why_line, why_quote
from webui.i18n import Catalogue
from webui.tp_words import TpWords

_STRUCK = (LineState.REPLACED, LineState.REVERSED)
_MEANS = ("CASH", "CARD", "TRANSFER")
_LUMPS = ("FRD", "FAD")
_PLACES = (Place.CABINET, Place.HOME, Place.INSTITUTION)


def new(here: Desk, file: PatientFile) -> str:
    """Draw the form that opens a treatment."""
    work = here.work()
    return render_template(
        "series/new_france.html",
        form_key=work.new_id(),
        file=file,
        territories=_territories(here.catalogue),
        situations=_situations(here),
        places=_places(here.catalogue),
        prescribers=treatments.prescribers(work),
        access=french_series.my_access(work),
    )


def series(here: Desk, series_id: str) -> str:
    """Draw a treatment: prescription, counter of its situation, requests, sessions."""
    work = here.work()
    held = french_series.series(work, series_id)
    patient = held.treatment.patient
    sightings.patient(work, patient)
    views = sessions.of_series(work, series_id)
    choices = french_billing.choices_of(work, [view.session.id for view in views])
    return render_template(
        "series/show_france.html",
        series=held,
        assessed=french_assessments.of_series(work, series_id),
        file=patients.open_file(work, patient),
        views=views,
        remedies={view.session.id: _remedies(here, view) for view in views},
        amounts={view.session.id: _parts(view, choices) for view in views},
        choices=choices,
        to_bill=_to_bill(views, choices),
        prescribers=treatments.prescribers(work),
        access=french_series.my_access(work),
        form_key=work.new_id(),
    )  # fmt: skip


def visit(here: Desk, series_id: str, typed: Mapping[str, str], *, repriced: bool = False) -> str:
    """Draw the visit: letter, travel, supplements, and why each amount.

    `repriced`: the form was sent to be priced again, not yet to be recorded.
    """
    work, spoken = here.work(), here.catalogue
    found = french_visits.propose(work, series_id, typed)
    patient = found.patient.id
    sightings.patient(work, patient)
    return render_template(
        "sessions/visit_france.html",
        form_key=work.new_id(),
        proposal=found,
        offer=found.offer,
        parts=found.parts,
        words=TpWords(spoken),
        file=patients.open_file(work, patient),
        reading=cards.reading_today(work, patient),
        whys=[why_quote(line.label, line.quote, spoken) for line in found.lines],
        remedies=remedies(
            found.reasons, spoken, work.user.rights, patient=patient, series=series_id
        ),
        second=any(reason.code.startswith("day.") for reason in found.reasons),
        places=_places(spoken),
        lumps=[("", spoken.say("ngap.no_lump"))]
        + [(each, french_rules.label(work, each, found.care_date)) for each in _LUMPS],
        means=[
            *((each, spoken.say(f"means.{each}")) for each in _MEANS),
            ("", spoken.say("means.later")),
        ],
        metres=coefficient(found.visited.metres // 10) if found.visited.metres else "",
        passages=agenda.of_day(work, found.care_date),
        repriced=repriced,
    )


def begin_tp(here: Desk, session_id: str) -> None:
    """Begin « TP sécurisé » of a session whose complementary part was just decided."""
    if secure_tp.begin_once_billed(here.work(), session_id) and here.services.post is not None:
        here.services.post.wake()


def session(here: Desk, view: SessionView) -> str:
    """Draw a recorded session: what it costs, why, what blocks it."""
    work = here.work()
    held = french_series.series(work, view.session.treatment)
    return render_template(
        "sessions/show_france.html",
        view=view,
        tp=secure_tp.view(work, view.session.id) if work.user.may(Right.BILLING) else None,
        series=held,
        whys=_whys(here, view, held.treated.territory),
        choice=french_billing.choice_of(work, view.session.id),
        parts=french_billing.parts_of(work, view.session.id),
        number=french_invoices.number_of(work, view.session.id),
        words=TpWords(here.catalogue),
        remedies=_remedies(here, view),
        duplicate=any(block.code == "day.duplicate" for block in view.blocks),
        means=[(each, here.catalogue.say(f"means.{each}")) for each in _MEANS],
    )


def _whys(here: Desk, view: SessionView, territory: str) -> list[FrenchWhy]:
    """Explain the lines that hold, in the order of their acts."""
    rank = {act.id: act.rank for act in view.acts}
    held = [line for line in view.lines if line.state not in _STRUCK]
    return [
        why_line(
            french_rules.label(here.work(), line.code, line.care_date, territory), line,
            line.amc_cents, here.catalogue,
        )
        for line in sorted(held, key=lambda line: rank.get(line.act, 0))
    ]  # fmt: skip


def _parts(view: SessionView, choices: Mapping[str, Choice]) -> Parts:
    """Say who bears what of a session, by its lines that hold."""
    choice = choices.get(view.session.id)
    return french_billing.parts(french_billing.held(view.lines), choice.row if choice else None)


def _to_bill(views: Sequence[SessionView], choices: Mapping[str, Choice]) -> str:
    """Give the first session of a treatment whose billing nobody decided yet, else the last."""
    keys = [view.session.id for view in views]
    return next((key for key in keys if key not in choices), keys[-1] if keys else "")


def _remedies(here: Desk, view: SessionView) -> list[Remedy]:
    return remedies(
        view.blocks, here.catalogue, here.work().user.rights, patient=view.patient.id,
        series=view.session.treatment, session=view.session.id,
    )  # fmt: skip


def _territories(spoken: Catalogue) -> Sequence[tuple[str, str]]:
    return [(each, spoken.say(f"territory.{each}")) for each in french_series.TERRITORIES]


def _situations(here: Desk) -> Sequence[tuple[str, str]]:
    rows = french_series.situations(here.work())
    named = sorted(((row.situation, row.label_fr) for row in rows), key=lambda pair: pair[1])
    return [("", here.catalogue.say("dap.no_situation")), *named]


def _places(spoken: Catalogue) -> Sequence[tuple[str, str]]:
    return [(str(each), spoken.say(f"place.{each}")) for each in _PLACES]
