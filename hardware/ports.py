"""What a card reader is, in types: the open card, what happens to it, and what can go wrong.

Everything a device has to say leaves by one callback (`Publish`). What passes (`CardReading`,
`CardInserted`…) carries no personal data; only `CardDone` does, inside its `CardRead`.
Source: `hardware.md` §1.5, §6 and §7; `style.md` §10.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from server.core.cards import CardKind, CardRead
from server.core.errors import KineError
from server.core.vitale import VitaleRead


class Answer(NamedTuple):
    """What a card answers to one command: its data and its status word."""

    data: bytes
    sw: int


class CardLink(Protocol):
    """An open card: bytes in, bytes and status out."""

    def send(self, apdu: bytes) -> Answer:
        """Exchange one command; raise `CardTrouble` when the card or the reader is lost."""
        ...

    def hold(self) -> AbstractContextManager[None]:
        """Keep other programs off the card: around one whole file, never around thinking time."""
        ...


class CardProblem(StrEnum):
    """Codes of the sentences about a card, a reader or a reading; the catalogue says the rest."""

    PULLED = "card.pulled"
    """The card left the reader before the end: put it back, reading starts again by itself."""

    READER_GONE = "card.reader_gone"
    """The reader was unplugged during the reading: plug it in again."""

    SERVICE_DOWN = "card.service_down"
    """The system's card service is stopped: cards are off until it is started again."""

    NO_SUPPORT = "card.no_support"
    """The card library of this installation is missing: cards are off, the rest works."""

    MUTE = "card.mute"
    """The card answers nothing at all: it is in backwards, dirty or dead."""

    NOT_EID = "card.not_eid"
    """A card is there, but it is not a Belgian identity card."""

    NOT_VITALE = "card.not_vitale"
    """A card is there, but it is neither a Belgian identity card nor a French Vitale card."""

    UNREADABLE = "card.unreadable"
    """The card answered, but not with files that make sense, three times in a row."""

    STUCK = "card.stuck"
    """The reader has not answered for eight seconds: unplug it and plug it in again."""

    BUSY = "card.busy"
    """Another program keeps the reader for itself: close it, then put the card back."""

    BAD_NISS = "card.bad_niss"
    """The national number on the card fails its check digits: nothing was taken over."""

    BAD_NIR = "card.bad_nir"
    """Remark: a French number on the card fails its key: that person is found by name only."""

    OTHER_CARD = "card.other_card"
    """After a reading cut short, another card was put in: nothing was taken over yet."""

    NO_ADDRESS = "card.no_address"
    """Remark: the card carries no address; it must be typed."""

    BIRTH_MISMATCH = "card.birth_mismatch"
    """Remark: birth date and national number of the card disagree; look before accepting."""

    IMPOSSIBLE_BIRTH = "card.impossible_birth"
    """Remark: the calendar has no such day of birth; it must be typed."""

    UNBORN = "card.unborn"
    """Remark: the birth date lies ahead of the day of the reading."""

    TOO_OLD = "card.too_old"
    """Remark: born so long ago that the card is likely not that of who stands here."""

    VALIDITY_BACKWARDS = "card.validity_backwards"
    """Remark: the card ends before it begins, or begins before its holder was born."""

    BAD_TEXT = "card.bad_text"
    """Remark: a name or an address is not written as cards write; its letters were guessed."""

    EXPIRED = "card.expired"
    """The card is over its validity date: the identity may be used, the person must renew it."""

    NOT_YET_VALID = "card.not_yet_valid"
    """The card's validity has not begun: look at the computer's date first."""

    CERTIFICATE_DATES = "card.certificate_dates"
    """The register's certificate is outside its dates: look at the computer's date first."""

    NO_CERTIFICATE = "card.no_certificate"
    """The card carries no register certificate: its signatures cannot be checked."""

    NO_ROOT = "card.no_root"
    """The practice has loaded no official root: signatures agree, nobody vouches for them."""

    UNKNOWN_ROOT = "card.unknown_root"
    """The certificate names a root that the practice has not loaded."""

    DEMO_CARD = "card.demo"
    """A fabricated demonstration card: only a demo practice takes it."""

    FORGED_IDENTITY = "card.forged_identity"
    """The signature of the identity is wrong: do not trust this card."""

    FORGED_ADDRESS = "card.forged_address"
    """The signature of the address is wrong: do not trust this card."""

    FORGED_PHOTO = "card.forged_photo"
    """The photo is not the one that was signed: do not trust this card."""

    FORGED_CHAIN = "card.forged_chain"
    """The register certificate was not signed by the root it names: do not trust this card."""


class CardTrouble(KineError):
    """A card could not be read; facts: `problem`, a `CardProblem`.

    `card_number`: printed number of the card that was being read, "" while it is not known. It is
    no fact: facts are shown and logged.
    """

    code = "card.failed"

    def __init__(self, problem: CardProblem) -> None:
        super().__init__(problem=problem)
        self.problem = problem
        self.card_number = ""


class CardPart(StrEnum):
    """The files of a reading, in the order they are read."""

    IDENTITY = "IDENTITY"
    ADDRESS = "ADDRESS"
    PROOF = "PROOF"
    PHOTO = "PHOTO"


@dataclass(frozen=True, slots=True)
class ServiceUp:
    """The system's card service answers."""


@dataclass(frozen=True, slots=True)
class ServiceDown:
    """The system's card service is absent or stopped; every reader is gone with it."""

    problem: CardProblem


@dataclass(frozen=True, slots=True)
class ReaderAdded:
    """A reader was plugged in, or was there at the start."""

    reader: str


@dataclass(frozen=True, slots=True)
class ReaderRemoved:
    """A reader was unplugged, or the service went away."""

    reader: str


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A card was put in; `kind` is a guess from its first bytes, None when they are unknown."""

    reader: str
    kind: CardKind | None


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The card left its reader."""

    reader: str


@dataclass(frozen=True, slots=True)
class CardReading:
    """A reading goes on: `percent` of it is done, `part` is being read."""

    reader: str
    percent: int
    part: CardPart


@dataclass(frozen=True, slots=True)
class CardDone:
    """A card was read. Carries personal data: to be stored, never put on the event stream."""

    read: CardRead
    remarks: tuple[CardProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class VitaleDone:
    """A Vitale card was read. Carries personal data, as `CardDone` does."""

    read: VitaleRead
    remarks: tuple[CardProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class CardFailed:
    """A card could not be read, and why."""

    reader: str
    problem: CardProblem


@dataclass(frozen=True, slots=True)
class CardSwapped:
    """A reading was cut short, and another card came back: neither was taken over.

    Carries the two printed card numbers, for the screen of this machine alone.
    """

    reader: str
    began: str
    came: str


CardEvent = (
    ServiceUp
    | ServiceDown
    | ReaderAdded
    | ReaderRemoved
    | CardInserted
    | CardRemoved
    | CardReading
    | CardDone
    | VitaleDone
    | CardFailed
    | CardSwapped
)
Publish = Callable[[CardEvent], None]
Wait = Callable[[float], bool]  # wait so many seconds; True when asked to stop meanwhile
