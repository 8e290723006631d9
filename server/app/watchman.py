"""The watchman: writes each refused call into the journal, as soon as the practice is open."""

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

from server.app.late import LateCabinet
from server.core.errors import KineError
from sync.outbound import Outbound

log = logging.getLogger(__name__)

_STOP_SECONDS = 2.0
_Door = tuple[str, int]


class Watchman:
    """Listens to one list of hosts. The guard may call from anywhere: all is done on a thread."""

    def __init__(self, outbound: Outbound, cabinet: LateCabinet, told: Callable[[], None]) -> None:
        """`told` wakes the screens after each row."""
        self._outbound = outbound
        self._cabinet = cabinet
        self._told = told
        self._heard: SimpleQueue[_Door | None] = SimpleQueue()
        self._waiting: list[_Door] = []
        self._thread = Thread(target=self._write, name="watchman", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._outbound.heard = lambda name, port: self._heard.put((name, port))
        self._thread.start()

    def opened(self) -> None:
        """Write what came while the practice was locked."""
        waiting, self._waiting = self._waiting, []
        for door in waiting:
            self._heard.put(door)

    def stop(self) -> None:
        """End, once what was heard is written."""
        self._heard.put(None)
        self._thread.join(_STOP_SECONDS)

    def _write(self) -> None:
        for door in iter(self._heard.get, None):
            from server.services import outside  # at the first refusal: not for the first page

            log.warning("a call to %s:%d was refused", *door)
            try:
                outside.note_refusal(self._cabinet().desk(), *door)
            except KineError:  # locked: kept for the next unlocking
                self._waiting.append(door)
            else:
                self._told()
