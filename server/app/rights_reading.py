"""Reading rights of a Vitale, or of the one in a phone, through the component: one at a time.

In a thread; the code of the professional is kept nowhere, what a phone shows is not looked into.
The screen asks and looks again when it is told; a component that tarries is stopped by its driver.
Source: `fr-sesam-vitale.md` §2.2.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock, Thread

from server.core.care import Source
from server.core.errors import KineError, NotFound
from server.core.sesam import DriverError, Groups, SesamDriver
from server.services import french_rights
from server.services.cabinet import Cabinet
from webui.rights_reading import ReadingState

log = logging.getLogger(__name__)

_STOP_SECONDS = 3.0

NOT_ON_CARD, NOT_KEPT, NO_CODE = "not_on_card", "not_kept", "no_code"
"""Problems of ours: the patient is not on the card, the practice locked meanwhile, or no phone
showed anything."""

_Read = Callable[[datetime], Groups]


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
        self._begin(patient, Source.CARD, lambda at: self._driver.read_vitale(pin, at))

    def read_phone(self, patient: str, payload: bytes, *, online: bool) -> None:
        """Begin to read what a phone showed; without a line the component cannot check it."""
        if not payload:
            self.state = ReadingState(patient, problem=NO_CODE, simulated=self.state.simulated)
            return
        self._begin(
            patient, Source.APCV, lambda at: self._driver.read_apcv(payload, at, online=online)
        )

    def _begin(self, patient: str, source: Source, read: _Read) -> None:
        with self._turn:
            if self.state.running:
                return
            self.state = ReadingState(patient, running=True, simulated=self.state.simulated)
            told = (patient, source, read)
            thread = Thread(target=self._read, args=told, name="rights", daemon=True)
            self._thread = thread
            thread.start()

    def stop(self) -> None:
        """Let a reading under way end, briefly: what a slow component brings later is not kept."""
        thread = self._thread
        if thread is not None:
            thread.join(_STOP_SECONDS)

    def _read(self, patient: str, source: Source, read: _Read) -> None:
        self.state = self._outcome(patient, source, read)
        self._tell("rights.read", "")

    def _outcome(self, patient: str, source: Source, read: _Read) -> ReadingState:
        over = replace(self.state, running=False)
        try:
            groups = read(self._cabinet.desk().now)
            taken = french_rights.take(self._cabinet.desk(), patient, groups, source)
        except DriverError as error:
            problem = error.problem.removeprefix("sesam.")
            return replace(over, problem=problem, tries=error.tries)
        except NotFound:
            return replace(over, problem=NOT_ON_CARD)
        except KineError as error:
            log.warning("rights not kept: %s", error.code)
            return replace(over, problem=NOT_KEPT)
        return replace(over, rights=taken.rights, covers=taken.covers, opposed=taken.opposed)
