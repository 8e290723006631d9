"""The keeper of copies: while a practice is open, every four hours and each week; and once it left.

One thread for one run of the program. No page ever waits for it: what a person asks is queued,
what it does is told by the stream, and a copy under way can be stopped.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Lock, Thread
from traceback import format_tb

from server.core.errors import BackupFailed, KineError
from server.services import backups
from server.services.cabinet import Cabinet
from server.services.vault import Vault
from server.store.backup import Interrupted
from webui.outside import BackupState

log = logging.getLogger(__name__)

_FIRST_SECONDS = 20.0  # the day begins with patients, not with a copy
_TICK_SECONDS = 60.0
_END_SECONDS = 60.0  # a closing copy of a large practice on a slow stick

BACKUP, DRILL = "backup", "drill"


class Keeper:
    """Makes and checks the copies of one practice folder; `opened` and `closing` frame its work."""

    def __init__(
        self, cabinet: Cabinet, folder: Path, tell: Callable[[str, str], None],
        first_seconds: float = _FIRST_SECONDS,
    ) -> None:  # fmt: skip
        """`tell` publishes what passes: a kind and a percentage or a reason, never a name."""
        self.folder = folder
        self._cabinet = cabinet
        self._tell = tell
        self._first = first_seconds
        self._asked: list[str] = []
        self._left: Vault | None = None  # a practice just locked, still to be copied
        self._stopped = self._ending = self._woken = False
        self._working: tuple[str, int] | None = None
        self._failure = ""
        self._turn = Condition()
        self._at_work = Lock()  # held for a whole round
        self._thread: Thread | None = None

    @property
    def state(self) -> BackupState:
        """What is under way, and why the last copy failed, when it did."""
        return BackupState(self._working, self._failure)

    def opened(self) -> None:
        """Keep an eye on a practice that was just opened."""
        with self._turn:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="keeper", daemon=True)
                self._thread.start()
            self._turn.notify()

    def closing(self) -> None:
        """Copy a practice about to be locked once more, when something was done in it."""
        if self._may_copy():
            try:
                left = self._cabinet.vault()
            except KineError:  # locked from elsewhere this very moment, or without its tables
                return
            with self._turn:
                self._left = left
                self._turn.notify()

    def finish(self) -> None:
        """End, after the closing copy; a copy that takes more than a minute is given up."""
        with self._turn:
            self._ending = True
            self._turn.notify()
        if self._thread is not None:
            self._thread.join(_END_SECONDS)
            self._stopped = True

    def wake(self) -> None:
        """Look now whether something is due: time has passed."""
        with self._turn:
            self._woken = True
            self._turn.notify()

    def back_up_now(self) -> None:
        """« Sauvegarder maintenant »."""
        self._ask(BACKUP)

    def drill_now(self) -> None:
        """« Essai de restauration »."""
        self._ask(DRILL)

    def cancel(self) -> None:
        """Stop what is under way; nothing of it is kept."""
        with self._turn:
            self._asked.clear()
            self._stopped = self._working is not None

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Stop what is under way and begin nothing while this is held."""
        self.cancel()
        with self._at_work:
            yield

    def _may_copy(self) -> bool:
        """Say whether there is a practice to copy: a damaged one is only read."""
        return self._cabinet.is_open and not self._cabinet.damage

    def _ask(self, what: str) -> None:
        with self._turn:
            if what not in self._asked and (self._working or ("", 0))[0] != what:
                self._asked.append(what)
                self._turn.notify()

    def _run(self) -> None:
        wait = self._first
        while True:
            with self._turn:
                if not (self._asked or self._left or self._ending or self._woken):
                    self._turn.wait(wait)
                asked = self._asked.pop(0) if self._asked else ""
                left, self._left = self._left, None
                ending, self._woken = self._ending, False
            wait = _TICK_SECONDS
            self._one_round(asked, left)
            if ending:
                return

    def _one_round(self, asked: str, left: Vault | None) -> None:
        """Do what is asked or due; a mistake of ours is logged and ends this round only."""
        with self._at_work:
            self._work(asked, left)

    def _work(self, asked: str, left: Vault | None) -> None:
        try:
            if left is not None:
                self._copy_what_was_left(left)
            if self._may_copy():
                self._look_after(asked)
        except Interrupted:
            log.info("a copy was stopped")
        except BackupFailed as error:
            self._failure = str(error.facts["reason"])
            log.warning("a copy failed: %s", self._failure)
        except KineError as error:  # locked meanwhile
            log.info("no copy: %s", error.code)
        except Exception as trouble:  # noqa: BLE001 - copies go on whatever one of them provokes
            # The trace without the error's own words: they could be a patient's.
            trace = "".join(format_tb(trouble.__traceback__))
            log.error("the keeper of copies stumbled on %s\n%s", type(trouble).__name__, trace)
            self._failure = "stumble"
        finally:
            done, self._working, self._stopped = self._working, None, False
            if done is not None:
                self._tell("backup.ran", self._failure)

    def _look_after(self, asked: str) -> None:
        vault = self._cabinet.vault()
        with vault.desk() as desk:
            copy, drill = backups.is_due(desk), backups.drill_is_due(desk)
        if asked == BACKUP or copy:
            self._copy(vault, "ASKED" if asked == BACKUP else "USE")
        if asked == DRILL or drill:
            self._step(DRILL, 0, 1)
            backups.rehearse(vault, self._teller(DRILL), self._is_stopped)

    def _copy_what_was_left(self, left: Vault) -> None:
        with left.desk() as desk:
            changed = backups.changed_since(desk, backups.newest(desk))
        if changed:
            self._copy(left, "CLOSING")

    def _copy(self, vault: Vault, cause: str) -> None:
        self._step(BACKUP, 0, 1)
        made = backups.back_up(vault, cause, self._teller(BACKUP), self._is_stopped)
        trouble = made.second if made.second not in ("none", "absent") else ""
        self._failure = made.reason or trouble

    def _teller(self, what: str) -> Callable[[int, int], None]:
        return lambda done, total: self._step(what, done, total)

    def _step(self, what: str, done: int, total: int) -> None:
        percent = 100 * done // max(1, total)
        if self._working != (what, percent):
            self._working = (what, percent)
            self._tell("backup.progress", str(percent))

    def _is_stopped(self) -> bool:
        return self._stopped
