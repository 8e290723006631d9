"""« Facturation » of a session in France: who pays what, why, and OK (W16, MAIIA-42…50)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import NotFound
from server.core.rights import Right
from server.services import (
    complementaries,
    conventions,
    french_billing,
    french_formulas,
    french_invoices,
    french_invoicing,
    french_papers,
    french_rejects,
    french_signature,
    french_transmission,
    secure_tp,
    sightings,
)
from server.services.desk import Desk
from server.services.french_invoices import Invoice, Which
from server.services.french_invoicing import Billing
from webui import french_care
from webui.desk import desk
from webui.forms import shown_again_by
from webui.french_reasons import why_quote
from webui.guards import only
from webui.replies import go
from webui.tp_words import TpWords

page = only(Blueprint("invoicing", __name__, url_prefix="/invoicing"), Right.BILLING)


@page.get("/")
def index() -> ResponseReturnValue:
    """List the invoices of a month, with what they add up to (« Montant facturé », MAIIA-76)."""
    here = desk()
    work = here.work()
    first, which = _month(request.args.get("month", ""), work.today), _which()
    months = [first.replace(day=1) - timedelta(days=1), first.replace(day=1) + timedelta(days=31)]
    return render_template(
        "invoicing/index.html",
        month=french_invoices.of_month(work, first, which),
        which=which,
        waiting=french_invoices.to_bill(work),
        refused=french_invoices.refused_waiting(work),
        refused_count=french_rejects.count(work),
        most=french_invoices.MOST_WAITING,
        to_send=french_transmission.count(work),
        choices=[(each, here.catalogue.say(f"invoices.which.{each}")) for each in Which],
        before=_key(months[0]),
        after=_key(months[1]) if months[1].replace(day=1) <= work.today else "",
        here=_key(first),
        name=f"{here.catalogue.say(f'month.{first.month}')} {first.year}",
    )


@page.get("/<session_id>")
def show(session_id: str) -> ResponseReturnValue:
    """Show who would pay what of a session, everything proposed already chosen."""
    return _screen(session_id, request.form)


@page.post("/<session_id>")
@shown_again_by(show)
def decide(session_id: str) -> Response:
    """Keep what stands on the screen; sealing comes later."""
    here = desk()
    done = french_invoicing.decide(here.work(), session_id, request.form)
    french_care.begin_tp(here, session_id)
    told = {"kept": done.kept, "left": done.left} if done.kept + done.left > 1 else {}
    return go("invoicing.show", session_id=session_id, **told)


@page.post("/<session_id>/price")
@shown_again_by(show)
def price(session_id: str) -> ResponseReturnValue:
    """Show again with what is ticked so far, without keeping it."""
    return _screen(session_id, request.form)


@page.post("/<session_id>/receipt")
def receipt(session_id: str) -> Response:
    """Print the receipt of a session once more: the second time is copy 2 (F-17)."""
    french_papers.print_again(desk().work(), session_id)
    return go("sessions.paper", session_id=session_id)


@page.post("/<session_id>/formula")
@shown_again_by(show)
def note_formula(session_id: str) -> Response:
    """Keep a formula read on the attestation."""
    found = _found(session_id)
    work = desk().work()
    french_formulas.add(work, found.patient.id, _cover(found), request.form)
    return go("invoicing.show", session_id=session_id, _anchor="tp")


@page.post("/<session_id>/formula/off")
@shown_again_by(show)
def take_off(session_id: str) -> Response:
    """Offer a formula no more."""
    found, key = _found(session_id), request.form.get("formula", "")
    french_formulas.take_off(desk().work(), found.patient.id, _cover(found), key)
    return go("invoicing.show", session_id=session_id, _anchor="tp")


@page.post("/<session_id>/link")
@shown_again_by(show)
def say_link(session_id: str) -> Response:
    """Keep whether the caisse sends its statements to the complementary."""
    found = _found(session_id)
    cover = found.offer.cover
    if cover is None or cover.entry is None:
        raise NotFound(kind="complementary")
    exchanges = request.form.get("link", "") == "YES"
    complementaries.say_link(desk().work(), cover.entry.number, exchanges=exchanges)
    return go("invoicing.show", session_id=session_id, _anchor="checks")


def _month(text: str, today: date) -> date:
    """Read the month of an address, "2026-03"; the present one for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def _key(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def _which() -> Which:
    word = request.args.get("which", "")
    return Which(word) if word in tuple(Which) else Which.ALL


def _count(name: str) -> int:
    """Read a small number of an address; 0 for anything else."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _found(session_id: str) -> Billing:
    return french_invoicing.billing(desk().work(), session_id, {})


def _cover(found: Billing) -> str:
    if found.offer.cover is None:
        raise NotFound(kind="cover")
    return found.offer.cover.row.id


def _earlier(work: Desk, session_id: str) -> Sequence[Invoice]:
    """Give the refused invoices of a session that were corrected, the newest first."""
    return [each for each in french_invoices.of_session(work, session_id) if each.corrected_by]


def _screen(session_id: str, typed: Mapping[str, str]) -> ResponseReturnValue:
    here = desk()
    work, spoken = here.work(), here.catalogue
    found = french_invoicing.billing(work, session_id, typed)
    sightings.patient(work, found.patient.id)
    day = found.session.care_date
    return render_template(
        "invoicing/show.html",
        found=found,
        history=french_billing.history(work, session_id)[1:],
        earlier=_earlier(work, session_id),
        standing=conventions.standing(work) if found.offer.answer else None,
        kept=_count("kept"),
        left=_count("left"),
        tp=secure_tp.view(work, session_id),
        leaf=french_signature.leaf(work, session_id) if found.choice else None,
        offer=found.offer,
        parts=found.parts,
        words=TpWords(spoken),
        whys=[why_quote(line.label, line.quote, spoken) for line in found.lines],
        headings=french_formulas.headings(work, day),
        known=french_formulas.known(work, day),
        form_key=work.new_id(),
    )
