"""The numbered groups the French cards and their approved component speak in, and who speaks them.

A group is a number and its fields in order, each the exact characters of the card: what a field
means is France's (`server.countries.france`), how it travels is the hands' (`hardware.sesam`).
Only an approved component may read rights and sign; the program asks it through `SesamDriver`.
Source: `fr-sesam-vitale.md` §2.2–2.4 and §3 (modes).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from server.core.errors import KineError

if TYPE_CHECKING:
    from server.core.teletransmission import BuiltLot, LotOrder


class Group(NamedTuple):
    """One group: its number and its fields, the first being field 1."""

    number: int
    fields: tuple[str, ...]

    def field(self, place: int) -> str:
        """Give the field of a place counted from 1; "" when the card is too short to hold it."""
        return self.fields[place - 1] if place <= len(self.fields) else ""


Groups = tuple[Group, ...]


class Mode(IntEnum):
    """How an invoice is secured; the numbers are the component's."""

    BOTH_CARDS = 3
    DESYNCHRONISED = 4  # Vitale now, the professional's card later
    DEGRADED = 5  # the professional's card alone


class Wanted(IntEnum):
    """What is to be made of an invoice; the numbers are the component's."""

    FSE = 1
    DRE = 2
    BOTH = 3


class SesamProblem(StrEnum):
    """Codes of the sentences about the component and the cards it reads."""

    ABSENT = "sesam.absent"
    """No approved component is installed here: invoices are prepared and printed."""

    NOT_STARTED = "sesam.not_started"
    """The component is configured, but it does not start or does not say who it is."""

    SIMULATED = "sesam.simulated"
    """A simulator answers: a real practice never trusts one."""

    NOT_SIMULATED = "sesam.not_simulated"
    """A real component answers: a demo practice never gives it anything."""

    SILENT = "sesam.silent"
    """The component has not answered in time and was stopped; the next call starts it again."""

    FELL = "sesam.fell"
    """The component ended by itself; the next call starts it again."""

    GARBLED = "sesam.garbled"
    """The component answered something that is no answer."""

    UNSURE = "sesam.unsure"
    """The component was lost while signing: whether it signed is not known, nothing is resent."""

    NO_CPS = "sesam.no_cps"
    """The professional's card is not in a reader."""

    NO_VITALE = "sesam.no_vitale"
    """The patient's card is not in a reader."""

    UNREADABLE = "sesam.unreadable"
    """A card is there, and what it holds makes no sense."""

    WRONG_PIN = "sesam.wrong_pin"
    """The PIN is wrong; facts: `tries`, those that remain."""

    BLOCKED = "sesam.blocked"
    """The professional's card is blocked after three wrong PINs."""

    BAD_PAYLOAD = "sesam.bad_payload"
    """What the phone showed is not a Vitale app code."""

    OLD_PAYLOAD = "sesam.old_payload"
    """The code of the phone is over: another must be shown."""

    OFFLINE = "sesam.offline"
    """The phone can only be verified with a line."""

    REFUSED = "sesam.refused"
    """The component refuses what it was given; facts: `reason`, its own words."""


class DriverError(KineError):
    """A call to the component gave nothing.

    Facts: `what` (the problem's own part of its code, for its sentence), `step`, `retryable`,
    `tries`, `reason`. `retryable` says whether asking again by hand is safe: never true of a
    signature whose fate is not known. `tries` is None unless a PIN was wrong.
    """

    code = "sesam.failed"

    def __init__(
        self, problem: SesamProblem, step: str, *, retryable: bool = False,
        tries: int | None = None, reason: str = "",
    ) -> None:  # fmt: skip
        what = problem.removeprefix("sesam.")
        super().__init__(what=what, step=step, retryable=retryable, tries=tries, reason=reason)
        self.problem = problem
        self.retryable = retryable
        self.tries = tries


@dataclass(frozen=True, slots=True)
class Component:
    """Who answers: shown as it is on every screen that speaks of it."""

    name: str
    version: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a card over the content it belongs to."""

    card: str  # "CPS", "VITALE"
    value: bytes
    certificate: bytes  # DER


@dataclass(frozen=True, slots=True)
class Sealed:
    """An FSE or DRE as the component made it: opaque, kept as it is."""

    kind: str  # "FSE", "DRE"
    content: bytes
    signatures: tuple[Signature, ...]
    simulated: bool


class SesamDriver(Protocol):
    """The approved component, the simulator or nobody. Every call may raise `DriverError`.

    No call may be made from a thread that serves the screen: each may last seconds. One call at a
    time per driver; a PIN is handed over once and kept nowhere.
    """

    def config(self) -> Component:
        """Say who answers."""
        ...

    def read_ps(self, pin: str) -> Groups:
        """Read the professional's card: groups 1 and 2."""
        ...

    def read_vitale(self, pin: str, at: datetime) -> Groups:
        """Read the rights of the card in the reader, as they hold at an instant: 101 to 111."""
        ...

    def read_apcv(self, payload: bytes, at: datetime, *, online: bool) -> Groups:
        """Hand over what a phone showed, unread, and get the groups of a card."""
        ...

    def secure(self, invoice: Groups, mode: Mode, wanted: Wanted, pin: str) -> tuple[Sealed, ...]:
        """Sign an invoice; a call that is lost is never repeated by the driver (UNSURE)."""
        ...

    def countersign(self, sealed: Sealed, pin: str) -> Sealed:
        """Add the professional's signature to what Vitale alone has signed."""
        ...

    def clock(self) -> datetime:
        """Say what the clock of the reader shows, in UTC (case L7)."""
        ...

    def build_lot(self, order: "LotOrder", pin: str) -> "BuiltLot":
        """Make a lot and sign it with the professional's card.

        May be asked again: the documents keep their signatures, and only what is kept as a lot is
        ever sent.
        """
        ...

    def build_file(self, lots: "Sequence[BuiltLot]") -> bytes:
        """Put the lots of one receiver into one file, its bytes are sent as they are."""
        ...

    def translate(self, content: bytes) -> "Mapping[str, object]":
        """Translate what came back into its functional form (`fr-sesam-vitale.md` §6).

        Raises REFUSED for bytes that are neither an ARL nor a return, or whose seal does not hold.
        """
        ...
