"""The watched folder beside an open practice: what falls into it lands on the table.

The file is the user's: it stays where it is until the practice has kept it, and is then put aside,
never deleted. What is refused is said, with the reason, and left alone.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from hardware.inbox import LOOK_SECONDS, Dropped, Left, Refusal, WatchedFolder
from server.app.beside import MOST_SEEN, Beside, trace
from server.core.country import Country
from server.core.errors import KineError, TableRefused
from server.core.tray import Origin
from server.countries.france.convention_names import read_name
from server.services import convention_import, folders, tray
from server.services.cabinet import Cabinet
from server.services.convention_import import pieces_of
from server.services.folders import Watch
from server.store.conventions import Origin as Tabled
from webui.folder import FolderState, Seen

log = logging.getLogger(__name__)

CHANGED, NOT_KEPT = "folder.changed", "not_kept"
TABLE = "table"  # a table of conventions that waits for a confirmation


class Dropping(Beside[FolderState]):
    """One background thread per open practice; it sleeps while no folder is watched."""

    def __init__(
        self,
        cabinet: Cabinet,
        publish: Callable[[str, str], None],
        told: Callable[[], None],
        pace: float = LOOK_SECONDS,
    ) -> None:
        """`publish` tells what passes; `told` says that something lies on the table."""
        super().__init__("dropping", FolderState(), lambda: publish(CHANGED, ""))
        self._cabinet = cabinet
        self._told = told
        self._pace = pace
        self._wish = Watch()
        self._folder: WatchedFolder | None = None

    def start(self) -> None:
        """Begin to watch what this machine was told to."""
        self._renew()
        self._thread.start()

    def choose(self, typed: str, *, on: bool) -> None:
        """Watch this folder from now on, or no longer; raise `InvalidForm`."""
        folders.choose(self._cabinet.desk(), self._cabinet.folder, typed, on=on)
        self._renew()
        self._wanted.set()

    def _renew(self) -> None:
        """Take the setting as it now is; what was said of the folder before is over."""
        with self._guard:
            self._wish = wish = folders.watched(self._cabinet.desk())
            self._folder = (
                WatchedFolder(Path(wish.path), self._take, self._leave, also=self._is_table)
                if wish.on
                else None
            )
            self._state = FolderState(wish.on, wish.path)

    def _pause(self) -> float | None:
        return self._pace if self._wish.on else None

    def _turn(self) -> None:
        folder = self._folder
        if folder is None:
            return
        try:
            folder.look()
        except Exception as trouble:  # noqa: BLE001 - the next look may go better
            trace(log, "the folder was left", trouble)
        self._note(trouble=str(folder.trouble or ""))

    def _is_table(self, name: str) -> bool:
        """Say whether a file is a table of conventions by its name (`C-….csv`): in France alone."""
        try:
            return bool(read_name(name)) and self._cabinet.desk().country is Country.FRANCE
        except KineError:
            return False

    def _take(self, dropped: Dropped) -> bool | Refusal:
        """Put a file on the table; False when it cannot be now: locked, full, only read."""
        name = dropped.path.name
        if self._is_table(name):
            return self._take_table(dropped)
        try:
            got = tray.receive(self._cabinet.desk(), dropped.data, name, Origin.FOLDER)
        except KineError as error:
            log.info("a file of the folder was not kept: %s", error.code)
            self._say(name, NOT_KEPT)
            return False
        except Exception as trouble:  # noqa: BLE001 - a mistake of ours: the file stays all the same
            if not self._said(name, NOT_KEPT):
                trace(log, "the folder was left", trouble)
            self._say(name, NOT_KEPT)
            return False
        self._say(name, "already" if got.already else "taken", got.id)
        self._told()
        return True

    def _take_table(self, dropped: Dropped) -> bool | Refusal:
        """Read a table of conventions; a person confirms it, nothing changes before."""
        name = dropped.path.name
        try:
            got = convention_import.read(
                self._cabinet.desk(), name, pieces_of(dropped.data), Tabled.FOLDER
            )
        except TableRefused as error:
            log.info("a table of the folder was refused: %s", error.facts.get("reason"))
            return Refusal.TABLE
        except KineError as error:
            log.info("a table of the folder was not read: %s", error.code)
            self._say(name, NOT_KEPT)
            return False
        self._say(name, "already" if got.already else TABLE, got.id)
        return True

    def _leave(self, left: Left) -> None:
        self._say(left.name, str(left.why))

    def _say(self, name: str, word: str, document: str = "") -> None:
        """Note what became of a file, once; what was said of it while it lay there is over."""
        if not document and self._said(name, word):
            return
        new = Seen(self._cabinet.clock.now(), name, word, document)
        others = [each for each in self._state.seen if each.name != name or each.document]
        self._note(seen=(new, *others)[:MOST_SEEN])

    def _said(self, name: str, word: str) -> bool:
        """Whether this very word was the last said of a file that lies there."""
        mine = [each for each in self._state.seen if each.name == name and not each.document]
        return any(each.word == word for each in mine)
