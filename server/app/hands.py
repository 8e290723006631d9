"""The hands: what the readers see becomes an open patient file, and words on the screen."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hardware.cards import watch_cards
from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import demo_root
from hardware.known_atrs import KnownAtr
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
    VitaleDone,
)
from hardware.scard import Scard
from server.core.cards import CardRead
from server.core.clock import Clock
from server.core.errors import KineError, Locked, NotFound
from server.core.vitale import VitaleRead
from server.services import cards, roots, vitale
from server.services.cabinet import Cabinet
from server.services.cards import Presented
from webui.readers import ReaderState

log = logging.getLogger(__name__)

LOCKED, NOT_KEPT = "card.locked", "card.not_kept"
"""Codes of a card read while the practice locked, and of one that could not be kept."""

CONTRADICTS = "card.contradicts"
"""Remark: the card and the file of the same number disagree on a name; the file was kept."""

MOVED = "card.moved"
"""Remark: the card gives another address than the file had; the new one was noted."""

_AWAITED_SECONDS = 60.0  # a card to tie is waited for; then cards are patients' again

VITALE_PUBLIC = "card.vitale_public"
"""Remark: a Vitale card read without its rights finds a patient and bills nothing."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Whose card a reader holds: a patient's or a user's; nobody's while that is not known."""

    patient: str = ""
    user: str = ""


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
        self._clock = clock
        self._tell = tell
        self._watcher = watch_cards(
            self._hear, clock, lambda: trusted(cabinet), scard=scard, not_ours=_not_ours()
        )
        self.service_problem = ""  # code of the sentence that says why readers cannot be used
        self.swap = ("", "")  # numbers of the card whose reading was cut short, and of the other
        self._inside: dict[str, Inside] = {}  # by reader, the card read last at the end
        self.family: VitaleRead | None = None  # everybody on the Vitale card in the reader
        self.card: CardRead | None = None  # the card in the reader; forgotten when it leaves
        self._awaited = ("", 0.0)  # user whose card is waited for, and until which second
        self._state = ReaderState()
        self._stopped = False

    @property
    def holders(self) -> Sequence[str]:
        """Patients whose card is in a reader, the last read at the end; each once."""
        inside = self._inside.copy().values()
        return tuple(dict.fromkeys(each.patient for each in inside if each.patient))

    @property
    def holder(self) -> str:
        """Patient of the card read last and still in its reader, "" when there is none."""
        return self.holders[-1] if self.holders else ""

    @property
    def user(self) -> str:
        """User whose card was read last and is still in its reader, "" when it is a patient's."""
        inside = tuple(self._inside.copy().values())
        return inside[-1].user if inside else ""

    def start(self) -> None:
        """Begin watching."""
        self._watcher.start()

    def stop(self) -> None:
        """End within two seconds, without a word: the readers stay, it is we who look away."""
        self._stopped = True
        self._watcher.stop()

    @property
    def state(self) -> ReaderState:
        """How the readers stand now."""
        return self._state

    def await_card(self, user: str) -> None:
        """Take the next card for one to tie to this user, for a minute."""
        self._awaited = (user, self._clock.monotonic() + _AWAITED_SECONDS)

    def await_nobody(self) -> None:
        """Take the next card for a patient's again."""
        self._awaited = ("", 0.0)

    def open_patient(self) -> str:
        """Take the card in the reader for a patient's; return the id of the patient."""
        self.await_nobody()
        if self.card is None:
            return ""
        shown = cards.present(self._cabinet.desk(), self.card, of_a_patient=True)
        self._hold(self.card.reader, Inside(patient=shown.patient or ""))
        self._tell("card.done", shown.patient or "")
        return self.holder

    @property
    def stranger(self) -> str:
        """A user whose card is in a reader when it is not the one at work, else ""."""
        users = {each.user for each in self._inside.copy().values() if each.user}
        others = users - {self._cabinet.desk().user.id} if users else users
        return min(others, default="")

    def _hear(self, event: CardEvent) -> None:
        if self._stopped:
            return
        if isinstance(event, CardFailed):
            event = replace(event, problem=self._here(event.problem))
        self._state = noted(self._state, event, self._clock.now())
        if isinstance(event, CardDone):
            self.card, self.family = event.read, None
            self._present(event)
        elif isinstance(event, VitaleDone):
            self._present_family(event)
        elif isinstance(event, CardInserted):
            self._inside[event.reader] = Inside()
            self._tell(*_passing(event))
        elif isinstance(event, CardRemoved | ReaderRemoved):
            self._left(event.reader)
            self._tell(*_passing(event))
        elif isinstance(event, CardSwapped):
            self.swap = event.began, event.came
            self._tell("card.failed", str(CardProblem.OTHER_CARD))
        elif isinstance(event, ServiceDown | ServiceUp):
            self._service(event.problem if isinstance(event, ServiceDown) else None)
        else:
            self._tell(*_passing(event))

    def _left(self, reader: str) -> None:
        """Forget the card that was in a reader; one in another reader stays."""
        held = self.card or self.family
        self._inside.pop(reader, None)
        if held is None or held.reader == reader:
            self.card, self.family = None, None

    def _here(self, problem: CardProblem) -> CardProblem:
        """Name the card that was expected on this desk: a Belgian one waits for no French card."""
        french = self._cabinet.is_open and self._cabinet.desk().practice.country == "FR"
        strange = problem is CardProblem.NOT_VITALE and not french
        return CardProblem.NOT_EID if strange else problem

    def _service(self, problem: CardProblem | None) -> None:
        self.service_problem = problem or ""
        self._tell("service.down" if problem else "service.up", self.service_problem)

    def _present(self, event: CardDone) -> None:
        """Open or draft the patient's file; what is wrong with the card is a sentence."""
        awaited, until = self._awaited
        if awaited and self._clock.monotonic() < until:
            self._tell("card.offered", awaited)
            return
        try:
            shown = cards.present(self._cabinet.desk(), event.read)
        except KineError as error:
            self._not_kept(error)
            return
        if self._opened(shown, event.read.reader):
            self._remark(_remarks(event, contradicts=shown.contradicts, moved=shown.moved))

    def _present_family(self, event: VitaleDone) -> None:
        """Open the file of the one person a Vitale card can mean; otherwise have somebody say."""
        self.card, self.family = None, event.read
        try:
            place = vitale.recognise(self._cabinet.desk(), event.read)
            if place is None:
                self._tell("card.choice", "")
                return
            shown = vitale.present(self._cabinet.desk(), event.read, place)
        except KineError as error:
            self.family = None
            self._not_kept(error)
            return
        if not self._opened(shown, event.read.reader):
            self.family = None
            return
        self._remark([*map(str, event.remarks), *_vitale_remarks(shown)])

    def choose(self, place: int) -> str:
        """Take a person of the Vitale card in the reader, and give the patient.

        Raises `NotFound` when the card left meanwhile, or holds no such person.
        """
        family = self.family
        if family is None or not 0 <= place < len(family.people):
            raise NotFound(kind="card_person")
        shown = vitale.present(self._cabinet.desk(), family, place)
        self._opened(shown, family.reader)
        return self.holder

    def _remark(self, remarks: Sequence[str]) -> None:
        """Tell what a person should know of a card that was taken: all codes at once."""
        if remarks:
            self._tell("card.remark", " ".join(remarks))

    def _not_kept(self, error: KineError) -> None:
        log.warning("card not kept: %s", error.code)
        self._tell("card.failed", LOCKED if isinstance(error, Locked) else NOT_KEPT)

    def _opened(self, shown: Presented, reader: str) -> bool:
        """Note whose file a card opened, or say why it was refused."""
        if shown.refusal:
            self._tell("card.failed", f"card.{shown.refusal}")
            return False
        self._hold(reader, Inside(shown.patient or "", shown.user))
        self._tell("card.done", shown.patient or "")  # of a user's there is a row: `card.user`
        if shown.namesake:  # nothing was opened, and nobody is exchanged for anybody
            self._tell("card.namesake", shown.namesake)
        return shown.patient is not None

    def _hold(self, reader: str, inside: Inside) -> None:
        """Note whose card is in a reader; it may have left meanwhile."""
        if self._inside.pop(reader, None) is not None:
            self._inside[reader] = inside


def noted(state: ReaderState, event: CardEvent, now: datetime) -> ReaderState:
    """Give how the readers stand once something happened to them."""
    match event:
        case ServiceDown(problem=problem):
            return replace(state, problem=str(problem), readers=(), percent=None)
        case ServiceUp():
            return replace(state, problem="")
        case ReaderAdded(reader=name):
            return replace(state, readers=(*(r for r in state.readers if r != name), name))
        case ReaderRemoved(reader=name):
            left = tuple(r for r in state.readers if r != name)
            return replace(state, readers=left, percent=None, failure="")
        case CardReading(percent=percent):
            return replace(state, percent=percent, failure="")
        case CardFailed(problem=problem):
            return replace(state, percent=None, failure=str(problem))
        case VitaleDone(remarks=odd):
            told = tuple(map(str, odd))
            return replace(state, percent=None, failure="", read_at=now, remarks=told)
        case CardDone():
            remarks = tuple(_remarks(event))
            return replace(state, percent=None, failure="", read_at=now, remarks=remarks)
        case CardRemoved() if state.failure == CardProblem.PULLED:
            return replace(state, percent=None)  # it is what the sentence is about
        case _:  # a card that came in or left: what was said of another is over
            return replace(state, percent=None, failure="")


def trusted(cabinet: Cabinet) -> TrustAnchors:
    """Give the roots a card may end in: those the practice loaded, and the fabricated one.

    The proof tells them apart; a real practice refuses what ends in the fabricated one.
    """
    loaded = roots.loaded(cabinet.desk()) if cabinet.is_open else ()
    return TrustAnchors(real=tuple(loaded), demo=(demo_root(),))


def _vitale_remarks(shown: Presented) -> Sequence[str]:
    """Say what a Vitale card read freely is good for the first time, and that it contradicts."""
    told = ((VITALE_PUBLIC, shown.drafted), (CONTRADICTS, shown.contradicts))
    return [code for code, applies in told if applies]


def _not_ours() -> Sequence[KnownAtr]:
    """Read which cards are left alone from the table that came with the program."""
    from server.app.words import table

    return [KnownAtr.from_row(row) for row in table("card_atrs")]


def _remarks(event: CardDone, *, contradicts: bool = False, moved: bool = False) -> Sequence[str]:
    """List what a person should know of a card that was taken, each once."""
    found = [str(remark) for remark in event.remarks]
    if event.read.proof_reason not in ("", CardProblem.DEMO_CARD):  # a demo practice knows that
        found.append(event.read.proof_reason)
    if moved:
        found.append(MOVED)
    if contradicts:
        found.append(CONTRADICTS)
    return tuple(dict.fromkeys(found))


def _passing(
    event: CardFailed | CardReading | CardInserted | CardRemoved | ReaderAdded | ReaderRemoved,
) -> tuple[str, str]:
    """Name what passes and give the code or percentage that goes with it."""
    match event:
        case CardFailed(problem=problem):
            return "card.failed", str(problem)
        case CardReading(percent=percent):
            return "card.reading", str(percent)
        case CardInserted():
            return "card.inserted", ""
        case CardRemoved():
            return "card.removed", ""
        case ReaderAdded():
            return "reader.added", ""
        case ReaderRemoved():
            return "reader.removed", ""
