"""Options › Conventions mutuelles: the list, its age, imports and what each would change (W15)."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm, Missing, TableRefused
from server.core.rights import Right
from server.services import complementaries, convention_columns, convention_import, conventions
from server.services.conventions import PAGE
from server.services.legal_tables import is_ours
from webui.bad_rows import bad_rows
from webui.convention_words import bad_words, change_lines
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.pages.legal_tables import take
from webui.replies import go, wants_fragment
from webui.sentences import sentence
from webui.tables import TableControl, TableState

page = only(Blueprint("conventions", __name__, url_prefix="/options/conventions"), Right.BILLING)

TYPES = ("RO", "OC", "MU", "AC", "RC", "SP")
CHOICES = tuple((each, each) for each in TYPES)


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the conventions in use, how old they are, and what waits to be confirmed."""
    return _shown({"q": "", "type": "", "after": request.args.get("after", "")})


@page.post("/found")
def find() -> ResponseReturnValue:
    """Show those that a number, a criterion or a name typed finds; it is in no address."""
    return _shown({name: request.form.get(name, "").strip() for name in ("q", "type", "after")})


def _shown(asked: Mapping[str, str]) -> str:
    work = desk().work()
    settle = work.user.may(Right.SETTINGS)
    rows = conventions.listed(
        work, asked["q"], asked["type"] if asked["type"] in TYPES else "", _number(asked["after"])
    )
    return render_template(
        "conventions/index.html",
        standing=conventions.standing(work),
        rows=rows,
        more=rows[-1].id if len(rows) == PAGE else 0,
        asked=asked,
        type_choices=[("", desk().catalogue.say("conventions.all_types")), *CHOICES],
        by_hand=conventions.by_hand(work),
        aside=conventions.aside(work),
        log=convention_import.log(work) if settle else (),
        bad_rows=bad_rows(),
    )


@page.post("/receive")
@shown_again_by(index)
def receive() -> Response:
    """Read a file: what it would change is shown before anything does.

    One named like a table of the law is taken in as such, behind the same door.
    One that was dropped and only adds holds at once: letting go of it said so. One whose columns
    nobody knows leads to where they are placed.
    """
    desk().work().require(Right.SETTINGS)
    given = request.files.get("table")
    content = given.read() if given else b""
    if given is None or not given.filename:
        raise InvalidForm(faults=(("table", "no_file"),))
    if is_ours(given.filename):
        return take(given.filename, content)
    return _read(given.filename, content, at_once=request.form.get("dropped") == "1")


def _read(name: str, content: bytes, *, at_once: bool = False) -> Response:
    tables = _tables()
    try:
        state = tables.read(name, content, at_once=at_once)
    except TableRefused:
        if tables.unplaced is None:
            raise
        return go("conventions.columns")
    return go("conventions.reading") if state.running else _to(state)


def _to(state: TableState) -> Response:
    """Go to what a file became."""
    if state.already:
        return go("conventions.show", version_id=state.version, already=1)
    return go("conventions.show", version_id=state.version)


@page.get("/reading")
def reading() -> ResponseReturnValue:
    """Show how far a large file is read; the window that watched it goes to what it became."""
    desk().work().require(Right.SETTINGS)
    tables = _tables()
    state = tables.state
    if state.version:
        return _to(state)
    if tables.unplaced is not None and not state.running:
        return go("conventions.columns")
    refused = sentence(state.refused, desk().catalogue) if state.refused else ""
    page = "conventions/_reading.html" if wants_fragment() else "conventions/reading.html"
    return render_template(page, state=state, refused=refused)


@page.post("/stop")
def stop() -> Response:
    """Stop the reading under way: the table in use stays."""
    desk().work().require(Right.SETTINGS)
    _tables().stop()
    return go("conventions.reading")


@page.get("/columns")
def columns() -> ResponseReturnValue:
    """Ask what each column of a file is, its first lines beside."""
    work = desk().work()
    work.require(Right.SETTINGS)
    waiting = _tables().unplaced
    if waiting is None:
        return go("conventions.index", _anchor="import")
    found = convention_columns.unplaced(work, *waiting)
    say = desk().catalogue.say
    return render_template(
        "conventions/columns.html",
        name=waiting[0],
        found=found,
        choices=[
            ("", say("conventions.column_none")),
            *((each, say(f"conventions.column.{each}")) for each in found.fields),
        ],
    )


@page.post("/columns")
@shown_again_by(columns)
def place() -> Response:
    """Keep what each column is, and read the file again with it."""
    work = desk().work()
    work.require(Right.SETTINGS)
    waiting = _tables().unplaced
    if waiting is None:
        return go("conventions.index", _anchor="import")
    name, content = waiting
    width = convention_columns.unplaced(work, name, content).sample.width
    chosen = [request.form.get(f"column_{number}", "") for number in range(width)]
    convention_columns.place(work, name, content, chosen, titled=bool(request.form.get("titled")))
    return _read(name, content)


def _tables() -> TableControl:
    """Give the reader of tables; where the file is only read, there is none."""
    found = desk().services.tables
    if found is None:
        raise Missing(what="tables")
    return found


@page.get("/version/<version_id>")
def show(version_id: str) -> ResponseReturnValue:
    """Show one file: what it would change, or what became of it."""
    found = convention_import.preview(desk().work(), version_id)
    return render_template(
        "conventions/show.html",
        found=found,
        version=found.version,
        bad=bad_words(found.bad, desk().catalogue),
        changes=change_lines(found.version.kind, found.differences),
        already="already" in request.args,
    )


@page.post("/version/<version_id>/confirm")
@shown_again_by(show)
def confirm(version_id: str) -> Response:
    """Put the table in the place of the one in use; who was sending goes on there."""
    work = desk().work()
    convention_import.confirm(work, version_id)
    convention_import.sweep(work)
    if request.args.get("back") == "transmission":
        return go("transmission.index", imported=version_id)
    return go("conventions.show", version_id=version_id)


@page.post("/version/<version_id>/decline")
@shown_again_by(show)
def decline(version_id: str) -> Response:
    """Leave the table in use as it is."""
    convention_import.decline(desk().work(), version_id)
    return go("conventions.index")


@page.post("/version/<version_id>/undo")
@shown_again_by(show)
def undo(version_id: str) -> Response:
    """Let the version before hold again."""
    convention_import.undo(desk().work(), version_id)
    return go("conventions.show", version_id=version_id)


@page.get("/new")
def new() -> ResponseReturnValue:
    """Show the form of a convention of unique management."""
    desk().work().require(Right.SETTINGS)
    signatory, number = request.args.get("signatory", ""), request.args.get("for", "")
    work = desk().work()
    return render_template(
        "conventions/new.html",
        signatory=signatory,
        label=complementaries.get(work, number).name if number else "",
        criterion=f"{signatory}???????" if signatory else "",
        caisses=_caisses(request.form.get("criterion", signatory)),
    )


@page.post("/new")
@shown_again_by(new)
def add() -> Response:
    """Keep a convention of unique management typed by hand."""
    conventions.add_by_hand(desk().work(), request.form)
    return go("conventions.index", _anchor="by-hand")


@page.post("/caisses")
@shown_again_by(new)
def caisses() -> ResponseReturnValue:
    """Show the caisses a criterion would hold for, as it is typed."""
    desk().work().require(Right.SETTINGS)
    found = _caisses(request.form.get("criterion", ""))
    if wants_fragment():
        return render_template("conventions/_caisses.html", caisses=found)
    return new()


@page.post("/row/<row_id>/aside")
@shown_again_by(index)
def put_aside(row_id: str) -> Response:
    """Let a convention hold no more; it is kept."""
    conventions.put_aside(desk().work(), _number(row_id))
    return go("conventions.index", _anchor="aside")


@page.post("/row/<row_id>/back")
@shown_again_by(index)
def take_back(row_id: str) -> Response:
    """Let a convention that was put aside hold again."""
    conventions.take_back(desk().work(), _number(row_id))
    return go("conventions.index")


def _caisses(criterion: str) -> Sequence[conventions.Caisse]:
    return conventions.caisses(desk().work(), criterion)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
