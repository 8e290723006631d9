"""Options › Scanners et lecteurs: what paper and codes come in by (W27)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import Missing
from server.core.rights import Right
from server.services import scanners
from webui.desk import desk
from webui.folder import FolderControl
from webui.forms import shown_again_by
from webui.guards import only
from webui.mail import MailControl
from webui.replies import go, wants_fragment

page = only(Blueprint("devices", __name__, url_prefix="/options/devices"), Right.SETTINGS)


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the scanners and the mailbox this practice named, and the folder of this machine."""
    here = desk()
    watched, mail = here.services.folder, here.services.mail
    return render_template(
        "devices/index.html",
        scanners=scanners.known(here.work()),
        folder=watched.state if watched else None,
        mail=mail.state if mail else None,
        demo=here.work().practice.demo,
    )


@page.post("/scanner")
@shown_again_by(index)
def add_scanner() -> Response:
    """Put the address of a scanner on the list of whom the program calls."""
    scanners.add(desk().work(), request.form.get("address", ""))
    _look_again()
    return go("devices.index", _anchor="scanners")


@page.post("/scanner/<scanner_id>/forget")
@shown_again_by(index)
def forget_scanner(scanner_id: str) -> Response:
    """Take a scanner off the list."""
    scanners.forget(desk().work(), scanner_id)
    _look_again()
    return go("devices.index", _anchor="scanners")


@page.post("/folder")
@shown_again_by(index)
def folder() -> Response:
    """Watch a folder of this machine from now on, or no longer."""
    _folder().choose(request.form.get("folder", ""), on=request.form.get("on", "") == "1")
    return go("devices.index", _anchor="folder")


@page.get("/folder")
def fallen() -> str:
    """Show how the watched folder stands, and what became of what fell into it."""
    return render_template("devices/_fallen.html", folder=_folder().state)


@page.post("/mail")
@shown_again_by(index)
def mailbox() -> Response:
    """Read a mailbox from now on, or no longer."""
    _mail().name(request.form)
    return go("devices.index", _anchor="mail")


@page.post("/mail/read")
@shown_again_by(index)
def read_mail() -> ResponseReturnValue:
    """Read the mailbox now: what is typed beside it stays."""
    _mail().read()
    if wants_fragment():
        return mailed()
    return go("devices.index", _anchor="mail")


@page.get("/mail")
def mailed() -> str:
    """Show how the mailbox stands, and what became of what was mailed."""
    return render_template("devices/_mailed.html", mail=_mail().state)


def _mail() -> MailControl:
    """Give the mailbox; where the file is only read, there is none."""
    found = desk().services.mail
    if found is None:
        raise Missing(what="mailbox")
    return found


def _folder() -> FolderControl:
    """Give the watched folder; where the file is only read, there is none."""
    found = desk().services.folder
    if found is None:
        raise Missing(what="folder")
    return found


def _look_again() -> None:
    scans = desk().services.scans
    if scans is not None:
        scans.look()
