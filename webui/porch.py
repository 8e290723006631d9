"""The porch: the pages before unlocking are served at once, the house behind is fetched meanwhile.

The screens of an open practice bring every service and every rule with them. Nobody needs them
before a passphrase is typed, so they are loaded once the first page has been served.
"""

from collections.abc import Callable, Iterable
from threading import Lock, Thread
from typing import TYPE_CHECKING

from flask import Flask, Response

from webui.gate import Gate, GateState

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Porch:
    """One WSGI application out of two; safe to call from several threads.

    `front` answers what is only looked at while the practice is closed. The first page it serves
    starts `build`, whose application answers everything else, and soon everything.
    """

    def __init__(self, front: Flask, build: Callable[[], Flask], gate: Gate) -> None:
        self._front = front
        self._build = build
        self._gate = gate
        self._house: Flask | None = None
        self._building = Lock()
        self._fetching = False
        front.after_request(self._served)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        return self._answering(environ["REQUEST_METHOD"])(environ, start_response)

    def _answering(self, method: str) -> Flask:
        looked_at = method == "GET" and self._gate.state is not GateState.OPEN
        if self._house is None and looked_at:
            return self._front
        return self._complete()

    def _complete(self) -> Flask:
        with self._building:
            if self._house is None:
                self._house = self._build()
            return self._house

    def _served(self, response: Response) -> Response:
        """Fetch the house once a page has left; a redirection is no page yet."""
        if response.status_code == 200 and not self._fetching:
            self._fetching = True
            response.call_on_close(Thread(target=self._complete, name="porch", daemon=True).start)
        return response
