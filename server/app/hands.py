"""The hands: what the readers see becomes an open patient file, and words on the screen."""

import logging
from collections.abc import Callable

from hardware.cards import watch_cards
from hardware.eid_trust import TrustAnchors
from hardware.ports import (
    CardDone,
    CardEvent,
    CardFailed,
    CardInserted,
    CardReading,
    CardRemoved,
    ServiceDown,
    ServiceUp,
)
from hardware.scard import Scard
from server.core.clock import Clock
from server.core.errors import KineError
from server.services import cards
from server.services.cabinet import Cabinet

log = logging.getLogger(__name__)


class Hands:
    """Watches the readers for one cabinet; a card presented while it is locked opens nothing."""

    def __init__(
        self,
        cabinet: Cabinet,
        clock: Clock,
        anchors: Callable[[], TrustAnchors],
        tell: Callable[[str, str], None],
        scard: Scard | None = None,
    ) -> None:
        self._cabinet = cabinet
        self._tell = tell
        self._watcher = watch_cards(self._hear, clock, anchors, scard=scard)
        self.service_problem = ""  # code of the sentence that says why readers cannot be used
        self.holder = ""  # patient of the card in the reader, "" when there is none

    def start(self) -> None:
        """Begin watching."""
        self._watcher.start()

    def stop(self) -> None:
        """End within two seconds."""
        self._watcher.stop()

    def _hear(self, event: CardEvent) -> None:
        if isinstance(event, CardDone):
            self._present(event)
        elif isinstance(event, CardFailed):
            self._tell("card.failed", str(event.problem))
        elif isinstance(event, CardReading):
            self._tell("card.reading", str(event.percent))
        elif isinstance(event, CardInserted):
            self._tell("card.inserted", "")
        elif isinstance(event, CardRemoved):
            self.holder = ""
            self._tell("card.removed", "")
        elif isinstance(event, ServiceDown):
            self.service_problem = str(event.problem)
            self._tell("service.down", self.service_problem)
        elif isinstance(event, ServiceUp):
            self.service_problem = ""
            self._tell("service.up", "")

    def _present(self, event: CardDone) -> None:
        """Open or draft the patient's file; what is wrong with the card is a sentence."""
        if not self._cabinet.is_open:
            self._tell("card.failed", "locked")
            return
        try:
            shown = cards.present(self._cabinet.desk(), event.read)
        except KineError as error:
            log.warning("card not kept: %s", error.code)
            self._tell("card.failed", error.code)
            return
        self.holder = shown.patient or ""
        if shown.refusal:
            self._tell("card.failed", f"card.{shown.refusal}")
        self._tell("card.done", "")
