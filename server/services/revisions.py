"""Received documents turned and cut before they are filed; the file stays as it came (MAIIA-34).

What is asked is kept at once; a process that may decode makes it, beside the screens.
"""

from collections.abc import Mapping, Sequence

from server.core.errors import InvalidForm, InvalidValue, NotFound, StateConflict
from server.core.leaves import Leaf, read, written
from server.core.rights import Right
from server.core.tray import TrayState
from server.services import tray
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.services.tray import Page
from server.store import revisions
from server.store import tray as papers
from server.store.revisions import Revision
from server.store.tray import Incoming, PageMark

_SIDES = ("left", "top", "right", "bottom")
_MOST_CUT = 95  # percent of a side


@needs(Right.PATIENTS)
def turn(desk: Desk, key: str, number: int) -> None:
    """Turn one page a quarter clockwise; raise `NotFound`, `StateConflict` once it is filed."""
    leaves = _leaves(desk, key, number)
    leaves[number - 1] = leaves[number - 1].turned()
    _ask(desk, key, leaves)


@needs(Right.PATIENTS)
def cut(desk: Desk, key: str, number: int, typed: Mapping[str, str]) -> None:
    """Cut so many percent off the sides of a page; raise `InvalidForm`.

    Fields: `left`, `top`, `right`, `bottom`, each of what is seen now.
    """
    leaves = _leaves(desk, key, number)
    form = Form(typed)
    off = {side: form.number(side, high=_MOST_CUT) or 0 for side in _SIDES}
    form.end()
    box = (off["left"] * 10, off["top"] * 10, 1000 - off["right"] * 10, 1000 - off["bottom"] * 10)
    try:
        leaves[number - 1] = leaves[number - 1].cut(box)
    except InvalidValue:
        raise InvalidForm(faults=(("left", "nothing_left"),)) from None
    if any(off.values()):
        _ask(desk, key, leaves)


@needs(Right.PATIENTS)
def undo(desk: Desk, key: str) -> None:
    """See a document again as it came."""
    _mendable(desk, key)
    if revisions.shown(desk.db, key) is not None:
        _ask(desk, key, ())


@needs(Right.PATIENTS)
def to_make(desk: Desk) -> Sequence[Revision]:
    """Return what was asked and is still to be made, the first asked first."""
    return revisions.unmade(desk.db)


@needs(Right.PATIENTS)
def made(desk: Desk, asked: Revision, pages: Sequence[Page], pdf: bytes, problem: str = "") -> None:
    """Keep what was made of a revision, or why it could not be."""
    facts = {"version": asked.version, "pages": len(pages)}
    with desk.deed("tray.redrawn", "incoming", asked.incoming, facts):
        for number, page in enumerate(pages, 1):
            mark = PageMark(number, page.score, " ".join(page.advice))
            revisions.add_page(desk.db, asked.incoming, asked.version, mark, page.content)
        revisions.made(desk.db, asked.incoming, asked.version, pdf, problem)


@needs(Right.PATIENTS)
def corrected(desk: Desk, key: str) -> tuple[Incoming, bytes]:
    """Return a document and the PDF of how it is seen, noted as seen; raise `NotFound`."""
    incoming = tray.opened(desk, key)
    shown = revisions.shown(desk.db, key)
    if shown is None or not shown.leaves:
        raise NotFound(kind="incoming")
    desk.sight("tray.seen", "incoming", key)
    return incoming, revisions.content(desk.db, key, shown.version)


def _mendable(desk: Desk, key: str) -> None:
    """Raise `StateConflict` unless the document is on the table and nothing is being made of it."""
    document = tray.document(desk, key)
    if document.filing.state is not TrayState.TO_PROCESS or document.revising:
        raise StateConflict(
            kind="incoming", state=document.filing.state, wanted=TrayState.TO_PROCESS
        )


def _leaves(desk: Desk, key: str, number: int) -> list[Leaf]:
    """Return the leaves of a document as it is seen; raise `NotFound` for a page it has not."""
    tray.opened(desk, key)
    shown = revisions.shown(desk.db, key)
    found = list(read(shown.leaves)) if shown else []
    if not found:
        found = [Leaf(mark.number) for mark in papers.pages(desk.db, key)]
    if not 1 <= number <= len(found):
        raise NotFound(kind="page")
    _mendable(desk, key)  # last: it is a look at the document
    return found


def _ask(desk: Desk, key: str, leaves: Sequence[Leaf]) -> None:
    """Keep how a document is to be seen; as it came, it is already made."""
    before = revisions.last(desk.db, key)
    version = before.version + 1 if before else 1
    new = Revision(key, version, desk.now, desk.user.id, written(leaves))
    with desk.deed("tray.revised", "incoming", key, {"leaves": new.leaves}) as seq:
        revisions.ask(desk.db, new, desk.device.id, seq)
        if not leaves:
            revisions.made(desk.db, key, version, b"")
