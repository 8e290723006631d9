"""The desk: what a page module works with during one request, and nothing else.

A page asks `desk()` once and calls one service with what lies on it.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from flask import current_app

from webui.broker import Broker
from webui.door import Door
from webui.frame import FrameState
from webui.gate import Gate
from webui.i18n import Catalogue

if TYPE_CHECKING:
    from server.services.desk import Desk as WorkDesk
    from server.services.logins import Logins
    from webui.codes import CodeControl
    from webui.folder import FolderControl
    from webui.keycards import KeyCardControl
    from webui.mail import MailControl
    from webui.outside import BackupControl, Calls, Checked, DemoControl, FileHealth, PostControl
    from webui.readers import ReaderControl
    from webui.rights_reading import RightsControl
    from webui.safe import Safe
    from webui.scanning import ScanControl
    from webui.signing import SigningControl
    from webui.tables import TableControl


class Services(Protocol):
    """What the frame itself asks of the services; each page names the service it calls."""

    def frame(self, now: datetime) -> FrameState:
        """Give the state shown around every screen."""
        ...

    def desk(self) -> "WorkDesk":
        """Give the services' own desk for this request; raise `Locked` when locked."""
        ...

    @property
    def logins(self) -> "Logins":
        """The logins of the open practice; raise `Locked` when it is locked."""
        ...

    @property
    def post(self) -> "PostControl | None":
        """The post of the open practice; None while no address to send to is set."""
        ...

    @property
    def backups(self) -> "BackupControl | None":
        """The keeper of copies of the open practice."""
        ...

    def wake_sorter(self) -> None:
        """Something came in: have it looked into now, in the background."""
        ...

    @property
    def readers(self) -> "ReaderControl | None":
        """The card readers of this machine; None where cards are off or not for this user."""
        ...

    @property
    def scans(self) -> "ScanControl | None":
        """The scanners of the open practice; None for who may not bring papers in."""
        ...

    @property
    def keycards(self) -> "KeyCardControl | None":
        """The cards whose code can be tried; None where cards are off or not for this user."""
        ...

    @property
    def rights_reading(self) -> "RightsControl | None":
        """The component that reads French rights; None where there is none."""
        ...

    @property
    def signing(self) -> "SigningControl | None":
        """The component that signs invoices; None outside France, and for who does not bill."""
        ...

    @property
    def tables(self) -> "TableControl | None":
        """The reader of convention tables; None outside France and where nothing may be written."""
        ...

    @property
    def folder(self) -> "FolderControl | None":
        """The watched folder of this machine; None for who may not bring papers in."""
        ...

    @property
    def mail(self) -> "MailControl | None":
        """The mailbox for papers; None for who may not bring papers in."""
        ...

    @property
    def codes(self) -> "CodeControl | None":
        """What reads codes; None for who may not bring papers in."""
        ...

    @property
    def demo(self) -> "DemoControl | None":
        """The toys of a demo practice; None in a real one."""
        ...

    @property
    def safe(self) -> "Safe":
        """What protects the open practice: secrets, PIN, lock."""
        ...

    @property
    def calls(self) -> "Calls":
        """Whom the program may call, and what it refused to."""
        ...

    def card_people(self) -> Sequence[str]:
        """Name everybody on the Vitale card in the reader; nobody when there is none."""
        ...

    def choose_card(self, place: int) -> str:
        """Take a person of that card and give the patient; raise `NotFound` when it left."""
        ...

    def examine(self) -> "Sequence[Checked]":
        """Look at this machine as the doctor does; raise `Forbidden` to who sees no patient."""
        ...

    def confirm_date(self) -> None:
        """Take the user's word that the date shown is right, and judge again what waited."""
        ...

    @property
    def health(self) -> "FileHealth":
        """What the last readings of the practice file found."""
        ...

    def found_damage(self, reason: str) -> None:
        """Only read the practice from now on; harmless twice."""
        ...

    def import_tariff(self, table: bytes, name: str = "tariff") -> None:
        """Add a tariff, or rows of the table of the law that bears a name.

        Raises `ReferenceRefused` with the rows at fault; nothing then changes.
        """
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's view of the program: the instant is fixed when the request comes in.

    So is the last event row: what is written while a screen is drawn comes to it by the stream,
    for the part of the screen already read would not show it.
    """

    now: datetime
    last_event: int  # id of that row, 0 when there is none or the practice is closed
    catalogue: Catalogue
    services: Services
    gate: Gate
    door: Door
    broker: Broker

    def work(self) -> "WorkDesk":
        """Give a fresh services' desk: what every service takes first."""
        return self.services.desk()


_HERE: ContextVar[Desk | None] = ContextVar("desk", default=None)


def desk() -> Desk:
    """Return the desk of the current request: asked by every sentence of a screen."""
    found = _HERE.get()
    if found is None:
        found = current_app.extensions["desk"]()
        _HERE.set(found)
    return found


def clear(_: object = None) -> None:
    """Take the desk away: the request is over, or goes on in another language."""
    _HERE.set(None)
