"""The complementaries of a French practice: listed, created in four steps, tried, printed (W14)."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm
from server.core.rights import Right
from server.services import complementaries, payer_contacts
from server.services.complementaries import SORTS, Entry
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("payers", __name__, url_prefix="/payers"), Right.PATIENTS)

_UNIQUE = {"GU": True, "GS": False}


@page.get("/")
def index() -> ResponseReturnValue:
    """List the complementaries, sorted by a column."""
    return _listed("", request.args)


@page.post("/found")
def find() -> ResponseReturnValue:
    """List those a number or a name typed finds; what is typed is in no address."""
    return _listed(request.form.get("q", "").strip(), request.form)


def _listed(text: str, asked: Mapping[str, str]) -> str:
    which, sort = asked.get("which", ""), asked.get("sort", "name")
    everything = asked.get("everything") == "1"
    found = complementaries.listed(
        desk().work(), text, sort=sort, unique=_UNIQUE.get(which), everything=everything
    )
    return render_template(
        "payers/index.html", found=found, q=text, which=which, sort=sort, sorts=SORTS,
        everything=everything,
    )  # fmt: skip


@page.post("/print")
@shown_again_by(index)
def printed() -> Response:
    """Print the complementaries that were ticked, or all those listed."""
    here = desk()
    wanted = set(request.form.getlist("number"))
    listed = complementaries.listed(here.work(), everything=True)
    chosen = [each for each in listed if each.number in wanted]
    if not chosen:
        raise InvalidForm(faults=(("number", "none_ticked"),))
    return _pdf(chosen)


@page.get("/new")
def new() -> ResponseReturnValue:
    """Ask for the four things a complementary needs, and for what else is known."""
    unique = request.args.get("unique") == "1"
    return render_template("payers/form.html", entry=None, row=None, unique=unique)


@page.post("/new")
@shown_again_by(new)
def create() -> Response:
    """Keep a new complementary."""
    return go("payers.show", complementary=complementaries.create(desk().work(), request.form))


@page.post("/tried")
def tried() -> ResponseReturnValue:
    """Try the rule being typed on an example, and keep nothing."""
    paid = complementaries.try_rule(desk().work(), request.form)
    return render_template("payers/_tried.html", paid=paid)


@page.get("/<complementary>")
def show(complementary: str) -> ResponseReturnValue:
    """Show one complementary, to be changed."""
    work = desk().work()
    entry = complementaries.get(work, complementary)
    return render_template(
        "payers/form.html", entry=entry, row=entry.row,
        used=complementaries.is_used(work, entry.number),
        contacts=payer_contacts.of(work, entry.number),
        kinds_of_contact=[
            (each, desk().catalogue.say(f"payers.contact.{each}")) for each in payer_contacts.ACTS
        ],
    )  # fmt: skip


@page.post("/<complementary>")
@shown_again_by(show)
def amend(complementary: str) -> Response:
    """Keep what was changed."""
    complementaries.amend(desk().work(), complementary, request.form)
    return go("payers.index")


@page.post("/<complementary>/contact")
@shown_again_by(show)
def note_contact(complementary: str) -> Response:
    """Note what was said to or by this insurer."""
    payer_contacts.note(desk().work(), complementary, request.form)
    return go("payers.show", complementary=complementary, _anchor="contacts")


@page.post("/<complementary>/aside")
def aside(complementary: str) -> Response:
    """Offer it no more, or again."""
    complementaries.put_aside(
        desk().work(), complementary, active=request.form.get("active") == "1"
    )
    return go("payers.show", complementary=complementary)


@page.post("/<complementary>/delete")
def delete(complementary: str) -> Response:
    """Delete one nobody ever used."""
    complementaries.delete(desk().work(), complementary)
    return go("payers.index")


def _pdf(chosen: Sequence[Entry]) -> Response:
    from webui.paper.payers import write_list  # fpdf is heavy

    here = desk()
    content = write_list(chosen, here.work().practice.name, here.catalogue, here.now)
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="besace-complementaires.pdf"'
    return response
