"""Reading convention tables beside the screens: a large one in a thread, told as it goes, stopped.

A file whose columns nobody knows is held in memory until somebody places them, or another comes:
it is never written anywhere.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Lock, Thread

from server.core.errors import KineError, TableRefused
from server.services import convention_import
from server.services.cabinet import Cabinet
from server.services.convention_import import Stopped, pieces_of
from webui.tables import TableState

log = logging.getLogger(__name__)

LARGE = 1_000_000  # bytes: below, a file is read before anybody could press « Arrêter »
TOLD = "convention.reading"
_TOLD_EACH = 20  # pieces between two words of progress
_STOP_SECONDS = 3.0


class Tables:
    """The port `webui.tables.TableControl`."""

    def __init__(
        self, cabinet: Cabinet, tell: Callable[[str, str], None], large: int = LARGE
    ) -> None:
        """`tell` publishes that a reading went on or ended."""
        self._cabinet = cabinet
        self._tell = tell
        self._large = large
        self._turn = Lock()
        self._asked_to_stop = False
        self._thread: Thread | None = None
        self._unplaced: tuple[str, bytes] | None = None
        self.state = TableState()

    @property
    def unplaced(self) -> tuple[str, bytes] | None:
        """The file last refused for its columns."""
        return self._unplaced

    def read(self, name: str, content: bytes, *, at_once: bool = False) -> TableState:
        """Read a small file at once, begin to read a large one; see the port."""
        with self._turn:
            if self.state.running:
                return self.state
            self._asked_to_stop, self._unplaced = False, None
            self.state = TableState(name, running=True, size=len(content))
        if len(content) <= self._large:
            self.state = self._outcome(name, content, at_once)
            if self.state.refused is not None:
                raise self.state.refused
            return self.state
        told = (name, content, at_once)
        self._thread = Thread(target=self._run, args=told, name="tables", daemon=True)
        self._thread.start()
        return self.state

    def stop(self) -> None:
        """Stop the reading under way."""
        self._asked_to_stop = True

    def close(self) -> None:
        """Stop, and wait a moment: the practice is about to be locked."""
        self.stop()
        self._unplaced = None
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    def _run(self, name: str, content: bytes, at_once: bool) -> None:
        self.state = self._outcome(name, content, at_once)
        self._tell(TOLD, "")

    def _outcome(self, name: str, content: bytes, at_once: bool) -> TableState:
        try:
            done = convention_import.read_any(
                self._cabinet.desk(), name, self._followed(content), self._rows,
                lambda: self._asked_to_stop,
            )  # fmt: skip
            if at_once and not done.already:
                convention_import.confirm_if_it_only_adds(self._cabinet.desk(), done.id)
        except Stopped:
            return replace(self.state, running=False, stopped=True)
        except KineError as error:
            if isinstance(error, TableRefused) and error.facts.get("reason") == "layout":
                self._unplaced = (name, content)
            return replace(self.state, running=False, refused=error)
        except Exception as trouble:  # noqa: BLE001 - told as a table that could not be read
            log.warning("a table was left: %s", type(trouble).__name__)
            return replace(self.state, running=False, refused=TableRefused(reason="not_text"))
        return replace(self.state, running=False, version=done.id, already=done.already)

    def _followed(self, content: bytes) -> Callable[[], Iterator[bytes]]:
        def pieces() -> Iterator[bytes]:
            for number, piece in enumerate(pieces_of(content)):
                read = min(self.state.read + len(piece), self.state.size)
                self.state = replace(self.state, read=read)
                if number % _TOLD_EACH == 0:
                    self._tell(TOLD, "")
                yield piece

        return pieces

    def _rows(self, _: int, rows: int) -> None:
        self.state = replace(self.state, rows=rows)
