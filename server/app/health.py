"""The watch over the practice file: read at each opening, read thoroughly once a week."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from server.core.errors import KineError
from server.services import checkups
from server.services.cabinet import Cabinet
from server.services.troubles import explained
from server.store.soundness import Check

log = logging.getLogger(__name__)

_LOOK_SECONDS = 3600.0  # between two looks at whether the weekly reading is due
_STOP_SECONDS = 2.0


class HealthWatch:
    """One background thread per open practice."""

    def __init__(self, cabinet: Cabinet, damaged: Callable[[str], None]) -> None:
        """`damaged` hears, in this thread, why the file must only be read from now on."""
        self._cabinet = cabinet
        self._damaged = damaged
        self._stopping = Event()
        self.first_done = Event()
        self._thread = Thread(target=self._watch, name="health", daemon=True)

    def start(self) -> None:
        """Begin with the quick reading."""
        self._thread.start()

    def stop(self) -> None:
        """End, in the middle of a reading if need be."""
        self._stopping.set()
        self._thread.join(_STOP_SECONDS)

    def _watch(self) -> None:
        try:
            whole = self.check(Check.QUICK)
            self.first_done.set()
            while whole and not self._stopping.is_set():
                now = self._cabinet.desk().now
                if checkups.is_due(checkups.of_folder(self._cabinet.folder), now):
                    whole = self.check(Check.FULL)
                self._stopping.wait(_LOOK_SECONDS)
        except Exception as error:  # noqa: BLE001  # a thread of its own: nobody else would tell
            self._stumbled(error)

    def check(self, check: Check) -> bool:
        """Read the file once and note what was found; False when it is damaged."""
        sound = self._cabinet.examine(check, self._stopping.is_set)
        if sound is None:
            return True
        if sound:
            self._cabinet.note_entry()
        else:
            self._damaged("pages")
        checkups.keep(self._cabinet.desk(), self._cabinet.folder, check, sound=sound)
        return sound

    def _stumbled(self, error: Exception) -> None:
        """Say in the log what kept the file from being read: its code alone."""
        told: KineError | None = explained(error)
        log.warning("the file was not checked: %s", told or type(error).__name__)
        self.first_done.set()
