"""Reading a Vitale's rights through the component: in a thread, one by one, the code kept nowhere.

The screen asks and looks again when it is told; a component that tarries is stopped by its driver.
Source: `fr-sesam-vitale.md` §2.2.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from threading import Lock, Thread

from server.core.care import Source
from server.core.errors import KineError, NotFound
from server.core.sesam import DriverError, SesamDriver
from server.services import french_rights
from server.services.cabinet import Cabinet
from webui.rights_reading import ReadingState

log = logging.getLogger(__name__)

_STOP_SECONDS = 3.0

NOT_ON_CARD, NOT_KEPT = "not_on_card", "not_kept"
"""Problems of ours: the patient is not on the card, or the practice locked meanwhile."""


class RightsReading:
    """The port `webui.rights_reading.RightsControl`: begun at unlock, stopped at lock."""

    def __init__(
        self, cabinet: Cabinet, driver: SesamDriver, tell: Callable[[str, str], None], *,
        simulated: bool,
    ) -> None:  # fmt: skip
        """`tell` publishes that a reading ended: never whose."""
        self._cabinet = cabinet
        self._driver = driver
        self._tell = tell
        self._turn = Lock()
        self._thread: Thread | None = None
        self.state = ReadingState(simulated=simulated)

    def read(self, patient: str, pin: str) -> None:
        """Begin to read the card in the reader for a patient."""
        with self._turn:
            if self.state.running:
                return
            self.state = ReadingState(patient, running=True, simulated=self.state.simulated)
            thread = Thread(target=self._read, args=(patient, pin), name="rights", daemon=True)
            self._thread = thread
            thread.start()

    def stop(self) -> None:
        """Let a reading under way end, briefly: what a slow component brings later is not kept."""
        thread = self._thread
        if thread is not None:
            thread.join(_STOP_SECONDS)

    def _read(self, patient: str, pin: str) -> None:
        self.state = self._outcome(patient, pin)
        self._tell("rights.read", "")

    def _outcome(self, patient: str, pin: str) -> ReadingState:
        over = replace(self.state, running=False)
        try:
            groups = self._driver.read_vitale(pin, self._cabinet.desk().now)
            taken = french_rights.take(self._cabinet.desk(), patient, groups, Source.CARD)
        except DriverError as error:
            problem = error.problem.removeprefix("sesam.")
            return replace(over, problem=problem, tries=error.tries)
        except NotFound:
            return replace(over, problem=NOT_ON_CARD)
        except KineError as error:
            log.warning("rights not kept: %s", error.code)
            return replace(over, problem=NOT_KEPT)
        return replace(over, rights=taken.rights, covers=taken.covers)
