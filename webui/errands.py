"""Where a person was going when the passphrase was asked again, kept in memory under a number.

The address of a screen may hold an id or what was searched for: it is not put into another address.
"""

from collections import OrderedDict
from threading import Lock
from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

from server.core.ulid import Entropy
from webui.desk import desk

_MOST = 32


class Errands:
    """The places left behind, the newest few of them. Safe from several threads."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._places: OrderedDict[str, str] = OrderedDict()
        self._turn = Lock()

    def begin(self, place: str) -> str:
        """Keep a place and return its number."""
        number = self._entropy(8).hex()
        with self._turn:
            self._places[number] = place
            while len(self._places) > _MOST:
                self._places.popitem(last=False)
        return number

    def place(self, number: str) -> str | None:
        """Return the place of a number, None when it is not known any more."""
        return self._places.get(number)


def errands() -> Errands:
    """Return those of this application."""
    found: Errands = current_app.extensions["errands"]
    return found


def came_from() -> str:
    """Give the address of the screen this request was made on: a path of ours, query included.

    A form says so in `Referer`, htmx in a header of its own; else the first page.
    """
    said = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    parts = urlsplit(said)
    return a_screen(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def a_screen(path: str) -> str:
    """Give a path back when it is that of a screen of ours, else the first page's."""
    return path if _is_a_screen(path.partition("?")[0]) else url_for("gate.index")


def _is_a_screen(path: str) -> bool:
    """Say whether an address of ours can be read: a form refused was shown at that of its POST."""
    routes = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, _ = routes.match(path, method="GET")
    except HTTPException:
        return False
    return path.startswith(desk().door.root) and endpoint != "static"
