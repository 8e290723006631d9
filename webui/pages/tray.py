"""The porte-document: what came in, looked at, filed under a patient or thrown away (W12, F22)."""

from datetime import date, datetime

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from server.core.country import Country
from server.core.errors import InvalidForm, Missing
from server.core.rights import Right
from server.core.tray import CLINICAL, DATED, Kind, Origin, TrayState, extension
from server.services import covers, patients, revisions, tray
from server.services.desk import Desk
from server.services.tray import Document
from webui.desk import desk
from webui.folder import FolderState
from webui.formats import day
from webui.forms import shown_again_by
from webui.guards import only
from webui.mail import MailState
from webui.replies import go, wants_fragment

page = only(Blueprint("tray", __name__, url_prefix="/tray"), Right.PATIENTS)

_MOST = 8  # patients offered at a time


@page.get("/")
def index() -> ResponseReturnValue:
    """Show what waits, with the document that waits longest; none yet when it is for somebody.

    What lies there may be another patient's: who comes from a file chooses it himself.
    """
    work = desk().work()
    waiting = () if request.args.get("patient") else tray.waiting(work)
    filed = request.args.get("filed", "")
    first = tray.document(work, waiting[0].incoming.id) if waiting else None
    return _screen(work, first, filed=tray.document(work, filed) if filed else None)


@page.get("/folder")
def folder() -> str:
    """Show what became of the files of the watched folder."""
    return render_template("tray/_folder.html", folder=_folder())


@page.get("/mail")
def mail() -> str:
    """Show how the mailbox stands, and what was left in its mails."""
    return render_template("tray/_mail.html", mail=_mail())


@page.post("/mail")
@shown_again_by(index)
def read_mail() -> ResponseReturnValue:
    """Read the mailbox now: what is typed beside it stays."""
    found = desk().services.mail
    if found is None:
        raise Missing(what="mailbox")
    found.read()
    if wants_fragment():
        return mail()
    return go("tray.index")


@page.get("/<incoming_id>")
def show(incoming_id: str, sheet: str = "") -> ResponseReturnValue:
    """Show one document: on the table, in a file, or thrown away; `sheet` was acted upon."""
    work = desk().work()
    return _screen(work, tray.document(work, incoming_id), already="already" in request.args)


@page.post("/receive")
@shown_again_by(index)
def receive() -> Response:
    """Keep the files sent, all or none; one that came before leads to what it became."""
    contents = [(each.read(), each.filename or "") for each in request.files.getlist("files")]
    contents = [(content, name) for content, name in contents if content or name]
    if not contents:
        raise InvalidForm(faults=(("files", "missing"),))
    if not all(extension(content) for content, _ in contents):
        raise InvalidForm(faults=(("files", "kind"),))
    work = desk().work()
    got = [tray.receive(work, content, name, Origin.IMPORT) for content, name in contents]
    desk().services.wake_sorter()
    again = [each.id for each in got if each.already]
    whose = request.args.get("patient")
    if again:
        return go("tray.show", incoming_id=again[0], already=1, patient=whose)
    return go("tray.show", incoming_id=got[0].id, patient=whose)


@page.post("/<incoming_id>/found")
@shown_again_by(show)
def found(incoming_id: str) -> ResponseReturnValue:
    """Offer the patients whose name begins as typed."""
    work, wanted = desk().work(), request.form.get("q", "").strip()
    document = tray.document(work, incoming_id)
    people = patients.search(work, wanted, _MOST) if wanted else ()
    if wants_fragment():
        return render_template("tray/_people.html", people=people, chosen=_only(people), q=wanted)
    return _screen(work, document, people=people, q=wanted)


@page.post("/<incoming_id>/year")
@shown_again_by(show)
def year(incoming_id: str) -> ResponseReturnValue:
    """Write the whole year into the two dates of validity, because somebody asked for it."""
    work = desk().work()
    document = tray.document(work, incoming_id)
    first, last = tray.suggested_year(work.today)
    typed = {**request.form, "valid_from": day(first), "valid_to": day(last)}
    request.form = MultiDict(typed)  # type: ignore[assignment]  # shown as if typed
    if wants_fragment():
        return render_template(
            "tray/_dates.html", document=document, asked=True, year=(first, last)
        )
    return _screen(work, document, asked=True)


@page.post("/<incoming_id>/day")
@shown_again_by(show)
def take_day(incoming_id: str) -> ResponseReturnValue:
    """Write the day its words propose into the form, because somebody asked for it."""
    work = desk().work()
    document = tray.document(work, incoming_id)
    proposed = _words(work, document).get("dated")
    typed = {**request.form, "dated": day(proposed) if isinstance(proposed, date) else ""}
    request.form = MultiDict(typed)  # type: ignore[assignment]  # shown as if typed
    if wants_fragment():
        return render_template("tray/_day.html", document=document)
    return _screen(work, document)


@page.post("/<incoming_id>/integrate")
@shown_again_by(show)
def integrate(incoming_id: str) -> Response:
    """File it, or file it anew; valid the whole year when the button that names it was used."""
    work, typed = desk().work(), dict(request.form)
    if typed.get("whole_year") == "1":
        first, last = tray.suggested_year(work.today)
        typed |= {"valid_from": first.isoformat(), "valid_to": last.isoformat()}
    tray.integrate(work, incoming_id, typed)
    return go("tray.index", filed=incoming_id)


@page.post("/<incoming_id>/discard")
@shown_again_by(show)
def discard(incoming_id: str) -> Response:
    """Throw it away, with the reason."""
    tray.discard(desk().work(), incoming_id, request.form.get("reason", ""))
    return go("tray.index")


@page.post("/<incoming_id>/back")
@shown_again_by(show)
def take_back(incoming_id: str) -> Response:
    """Put it back on the table."""
    tray.take_back(desk().work(), incoming_id)
    return go("tray.show", incoming_id=incoming_id)


@page.get("/<incoming_id>/page/<sheet>")
def picture(incoming_id: str, sheet: str) -> Response:
    """Give one page as a picture; noted as the document it belongs to."""
    response = make_response(tray.page(desk().work(), incoming_id, _number(sheet)))
    response.mimetype = "image/jpeg"
    return response


@page.post("/<incoming_id>/page/<sheet>/turn")
@shown_again_by(show)
def turn(incoming_id: str, sheet: str) -> ResponseReturnValue:
    """Turn one page a quarter clockwise."""
    revisions.turn(desk().work(), incoming_id, _number(sheet))
    return _redrawn(incoming_id)


@page.post("/<incoming_id>/page/<sheet>/cut")
@shown_again_by(show)
def cut(incoming_id: str, sheet: str) -> ResponseReturnValue:
    """Cut one page."""
    revisions.cut(desk().work(), incoming_id, _number(sheet), request.form)
    return _redrawn(incoming_id)


@page.post("/<incoming_id>/undo")
@shown_again_by(show)
def undo(incoming_id: str) -> ResponseReturnValue:
    """See it again as it came."""
    revisions.undo(desk().work(), incoming_id)
    return _redrawn(incoming_id)


@page.get("/<incoming_id>/corrected")
def corrected(incoming_id: str) -> Response:
    """Give the PDF of how its pages are seen."""
    incoming, content = revisions.corrected(desk().work(), incoming_id)
    return _taken_out(incoming.id, incoming.received_at, content)


@page.get("/<incoming_id>/original")
def original(incoming_id: str) -> Response:
    """Give the document as it came."""
    incoming, content = tray.as_it_came(desk().work(), incoming_id)
    return _taken_out(incoming.id, incoming.received_at, content)


def _taken_out(key: str, received_at: datetime, content: bytes) -> Response:
    """Hand a document out. Its name is ours: theirs may be a patient's."""
    response = make_response(content)
    response.mimetype = "application/octet-stream"
    ending = extension(content) or "bin"
    name = f"besace-{received_at:%Y%m%d}-{key[-6:]}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _number(sheet: str) -> int:
    """Read the number of a page in an address; 0, which no page has, when it is none."""
    return int(sheet) if sheet.isascii() and sheet.isdigit() and len(sheet) < 4 else 0


def _words(work: Desk, document: Document) -> dict[str, object]:
    """Give what the words of a document propose, its day as one."""
    found: dict[str, object] = {**tray.suggestions(work, document.incoming.id)}
    if "dated" in found:
        found["dated"] = date.fromisoformat(str(found["dated"]))
    return found


def _folder() -> FolderState:
    watched = desk().services.folder
    return watched.state if watched else FolderState()


def _mail() -> MailState:
    found = desk().services.mail
    return found.state if found else MailState()


def _redrawn(incoming_id: str) -> ResponseReturnValue:
    """Have it made, and show the document: what was typed beside it stays."""
    desk().services.wake_sorter()
    if wants_fragment():
        work = desk().work()
        return _screen(work, tray.document(work, incoming_id))
    return go("tray.show", incoming_id=incoming_id)


def _screen(work: Desk, document: Document | None, **said: object) -> str:
    """Draw the table, with one document open on it."""
    offered, source = _offered(work, document) if document else ((), "")
    wanted = request.args.get("patient", "")
    kinds = [kind for kind in Kind if kind not in CLINICAL or work.user.may(Right.CLINICAL)]
    facts = {
        "people": offered, "source": source, "q": "", "already": False, "asked": False,
        "filed": None, **said,
    }  # fmt: skip
    return render_template(
        "tray/index.html",
        document=document,
        wanted=patients.open_file(work, wanted).patient if wanted else None,
        waiting=tray.waiting(work),
        discarded=tray.discarded(work),
        codes=tray.codes(work, document.incoming.id) if document else (),
        words=_words(work, document) if document else {},
        kinds=kinds,
        dated=DATED,
        year=tray.suggested_year(work.today),
        states=TrayState,
        folder=_folder(),
        mail=_mail(),
        chosen=request.values.get("patient") or _only(facts["people"]),
        **facts,
    )


def _only(people: object) -> str:
    """Give the one patient there is to choose, "" when there are several or none."""
    return people[0].id if isinstance(people, list) and len(people) == 1 else ""


def _offered(work: Desk, document: Document) -> tuple[object, str]:
    """Give the patients to choose from before anybody typed, and where they come from.

    The one already chosen in this form, the one it is filed under, or whom a code on it names.
    """
    chosen = request.values.get("patient", "")
    if chosen:
        return [patients.open_file(work, chosen).patient], ""
    if document.patient:
        return [document.patient], ""
    known = [each.attestation for each in tray.codes(work, document.incoming.id)]
    numbers = {each.niss for each in known if each and each.niss}
    if len(numbers) == 1:
        return list(patients.search(work, numbers.pop(), 1)), "code"
    said = {(each.amc_number, each.member_number) for each in known if each and each.member_number}
    if work.country is Country.FRANCE and len(said) == 1:
        bearers = covers.bearers(work, *said.pop())
        return [patients.open_file(work, each).patient for each in bearers[:_MOST]], "code"
    return [], ""
