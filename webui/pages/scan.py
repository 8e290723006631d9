"""« Numériser »: choose a scanner, watch the pages come, see them on the table (W13, MAIIA-34)."""

from collections.abc import Iterable, Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm, Missing
from server.core.rights import Right
from server.services import scanners
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go
from webui.scanning import ScanControl, WantedScan

page = only(Blueprint("scan", __name__, url_prefix="/scan"), Right.PATIENTS)

RESOLUTIONS = (150, 200, 300)
_USUAL = {"source": "glass", "mode": "colour", "dpi": "200", "duplex": ""}


@page.get("/")
def index() -> ResponseReturnValue:
    """Show what can be asked of the scanners; they are looked for when nobody has yet."""
    scans = _scans()
    if scans.state.found is None:
        scans.look()
    state = scans.state
    last = {**_USUAL, **scanners.last_choice(desk().work())}
    found = state.found or ()
    chosen = next((each for each in found if each.id == last.get("scanner")), None)
    return render_template(
        "scan/index.html",
        state=state,
        last=last,
        chosen=chosen or next(iter(found), None),
        sources=_words(each.sources for each in found),
        modes=_words(each.modes for each in found),
        resolutions=RESOLUTIONS,
        duplex=any(each.duplex for each in found),
        patient=request.values.get("patient", ""),
    )


@page.get("/progress")
def progress() -> ResponseReturnValue:
    """Show how the scan stands; the window that watched it end well goes to the document."""
    state = _scans().state
    watched = request.args.get("number", "") == str(state.number)
    if watched and state.document and not state.running and not state.problem:
        return go("tray.show", incoming_id=state.document, **_to(state.patient, state.already))
    return render_template("scan/_progress.html", state=state)


@page.post("/start")
@shown_again_by(index)
def start() -> Response:
    """Begin to scan."""
    typed = request.form
    wanted = WantedScan(
        typed.get("scanner", ""), typed.get("source", ""), typed.get("mode", ""), _dpi(),
        typed.get("duplex", "") == "1", typed.get("patient", ""),
    )  # fmt: skip
    _scans().scan(wanted)
    kept = ("scanner", "source", "mode", "dpi", "duplex")
    scanners.remember(desk().work(), {name: typed.get(name, "") for name in kept})
    return go("scan.index")


@page.post("/stop")
def stop() -> Response:
    """Stop the scan under way; the pages that came are kept."""
    _scans().stop_scan()
    return go("scan.index")


@page.post("/look")
def look() -> Response:
    """Look for scanners again."""
    _scans().look()
    return go("scan.index")


def _scans() -> ScanControl:
    """Give the scanners; where the file is only read, none is."""
    found = desk().services.scans
    if found is None:
        raise Missing(what="scanner")
    return found


def _dpi() -> int:
    text = request.form.get("dpi", "")
    if text not in map(str, RESOLUTIONS):
        raise InvalidForm(faults=(("dpi", "unknown"),))
    return int(text)


def _words(offers: Iterable[Sequence[str]]) -> list[str]:
    """Name what at least one scanner has, in the order they tell it."""
    return list(dict.fromkeys(word for words in offers for word in words))


def _to(patient: str, already: bool) -> dict[str, object]:
    said: dict[str, object] = {"patient": patient} if patient else {}
    return {**said, "already": 1} if already else said
