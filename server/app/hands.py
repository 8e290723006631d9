"""The hands: what the readers see becomes an open patient file, and words on the screen."""

import logging
from collections.abc import Callable, Sequence

from hardware.cards import watch_cards
from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import demo_root
from hardware.ports import (
    CardDone,
    CardEvent,
    CardFailed,
    CardInserted,
    CardProblem,
    CardReading,
    CardRemoved,
    CardSwapped,
    ReaderAdded,
    ReaderRemoved,
    ServiceDown,
    ServiceUp,
)
from hardware.scard import Scard
from server.core.clock import Clock
from server.core.errors import KineError, Locked
from server.services import cards, roots
from server.services.cabinet import Cabinet

log = logging.getLogger(__name__)

LOCKED, NOT_KEPT = "card.locked", "card.not_kept"
"""Codes of a card read while the practice locked, and of one that could not be kept."""

CONTRADICTS = "card.contradicts"
"""Remark: the card and the file of the same number disagree on a name; the file was kept."""


class Hands:
    """Watches the readers while a cabinet is open: started at unlock, stopped at lock.

    A card left in a reader meanwhile is read at the next unlocking.
    """

    def __init__(
        self,
        cabinet: Cabinet,
        clock: Clock,
        tell: Callable[[str, str], None],
        scard: Scard | None = None,
    ) -> None:
        """`tell` publishes what passes: a kind and a code or an id, never a name."""
        self._cabinet = cabinet
        self._tell = tell
        self._watcher = watch_cards(self._hear, clock, lambda: trusted(cabinet), scard=scard)
        self.service_problem = ""  # code of the sentence that says why readers cannot be used
        self.swap = ("", "")  # numbers of the card whose reading was cut short, and of the other
        self._inside: dict[str, str] = {}  # patient of the card in each reader, "" when unknown

    @property
    def holders(self) -> Sequence[str]:
        """Patients whose card is in a reader, the last read at the end; each once."""
        return tuple(dict.fromkeys(key for key in self._inside.copy().values() if key))

    @property
    def holder(self) -> str:
        """Patient of the card read last and still in its reader, "" when there is none."""
        return self.holders[-1] if self.holders else ""

    def start(self) -> None:
        """Begin watching."""
        self._watcher.start()

    def stop(self) -> None:
        """End within two seconds."""
        self._watcher.stop()

    def _hear(self, event: CardEvent) -> None:
        if isinstance(event, CardDone):
            self._present(event)
        elif isinstance(event, CardInserted):
            self._inside[event.reader] = ""
            self._tell("card.inserted", "")
        elif isinstance(event, CardRemoved):
            self._inside.pop(event.reader, None)
            self._tell("card.removed", "")
        elif isinstance(event, CardSwapped):
            self.swap = event.began, event.came
            self._tell("card.failed", str(CardProblem.OTHER_CARD))
        elif isinstance(event, ServiceDown | ServiceUp):
            self._service(event.problem if isinstance(event, ServiceDown) else None)
        else:
            self._tell(*_passing(event))

    def _service(self, problem: CardProblem | None) -> None:
        self.service_problem = problem or ""
        self._tell("service.down" if problem else "service.up", self.service_problem)

    def _present(self, event: CardDone) -> None:
        """Open or draft the patient's file; what is wrong with the card is a sentence."""
        try:
            shown = cards.present(self._cabinet.desk(), event.read)
        except KineError as error:
            log.warning("card not kept: %s", error.code)
            self._tell("card.failed", LOCKED if isinstance(error, Locked) else NOT_KEPT)
            return
        if shown.refusal:
            self._tell("card.failed", f"card.{shown.refusal}")
            return
        if event.read.reader in self._inside:  # it may have left meanwhile
            self._inside.pop(event.read.reader)
            self._inside[event.read.reader] = shown.patient or ""
        self._tell("card.done", shown.patient or "")
        remarks = _remarks(event, contradicts=shown.contradicts)
        if remarks:
            self._tell("card.remark", " ".join(remarks))


def trusted(cabinet: Cabinet) -> TrustAnchors:
    """Give the roots a card may end in: those the practice loaded, and the fabricated one.

    The proof tells them apart; a real practice refuses what ends in the fabricated one.
    """
    loaded = roots.loaded(cabinet.desk()) if cabinet.is_open else ()
    return TrustAnchors(real=tuple(loaded), demo=(demo_root(),))


def _remarks(event: CardDone, *, contradicts: bool) -> Sequence[str]:
    """List what a person should know of a card that was taken, each once."""
    found = [str(remark) for remark in event.remarks]
    if event.read.proof_reason not in ("", CardProblem.DEMO_CARD):  # a demo practice knows that
        found.append(event.read.proof_reason)
    if contradicts:
        found.append(CONTRADICTS)
    return tuple(dict.fromkeys(found))


def _passing(
    event: CardFailed | CardReading | ReaderAdded | ReaderRemoved,
) -> tuple[str, str]:
    """Name what passes and give the code or percentage that goes with it."""
    match event:
        case CardFailed(problem=problem):
            return "card.failed", str(problem)
        case CardReading(percent=percent):
            return "card.reading", str(percent)
        case ReaderAdded():
            return "reader.added", ""
        case ReaderRemoved():
            return "reader.removed", ""
