"""The readers of a closed practice: whose card is put in, so that its user is chosen (SOFT33-22).

Nothing of a card is kept but that: it is compared with the marks on the door, and forgotten. What
it opens is nothing; its user still types his passphrase.
"""

from hardware.cards import watch_cards
from hardware.eid_trust import TrustAnchors
from hardware.ports import (
    CardDone,
    CardEvent,
    CardFailed,
    CardInserted,
    CardRemoved,
    ReaderRemoved,
    ServiceDown,
)
from hardware.scard import Scard
from server.core.cards import Proof
from server.core.clock import Clock
from server.services.doorstep import Doorstep
from webui.gate import DoorCard


class DoorCards:
    """Watches the readers from `start` to `stop`; `look` tells of the card that is in."""

    def __init__(self, step: Doorstep, clock: Clock, scard: Scard | None = None) -> None:
        self._step = step
        self._seen = DoorCard()
        self._watcher = watch_cards(self._hear, clock, TrustAnchors, scard=scard)

    def start(self) -> None:
        """Begin watching."""
        self._watcher.start()

    def stop(self) -> None:
        """End within two seconds, and forget the card."""
        self._watcher.stop()
        self._seen = DoorCard()

    def look(self) -> DoorCard:
        """Tell of the card in the reader."""
        return self._seen

    def _hear(self, event: CardEvent) -> None:
        match event:
            case CardDone(read=read):
                forged = read.proof is Proof.FORGED
                user = "" if forged else self._step.bearer_of(read)
                self._seen = DoorCard(user, unknown=not user)
            case CardFailed(problem=problem):
                self._seen = DoorCard(problem=str(problem))
            case CardInserted() | CardRemoved() | ReaderRemoved() | ServiceDown():
                self._seen = DoorCard()
