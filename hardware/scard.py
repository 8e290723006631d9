"""The PC/SC service as we use it: its calls as a port, its numbers by the norm's names.

The real one is loaded by `hardware.pcsc`; `hardware.fake_scard` is one made of paper.
Source: PC/SC workgroup part 5 (names), `hardware.md` §1.3–1.4 (what is met, and when).
"""

from collections.abc import Sequence
from enum import IntEnum, IntFlag
from typing import Any, Protocol

from hardware.ports import CardProblem

PNP = "\\\\?PnP?\\Notification"  # the pseudo-reader that announces readers
SCOPE_USER = 0
SHARE_SHARED = 2
LEAVE_CARD = 0
T0_OR_T1 = 3

ReaderState = tuple[str, int]  # reader, state known to the caller
ReaderNews = tuple[str, int, Sequence[int]]  # reader, state now, ATR


class Result(IntEnum):
    """Result codes we act on."""

    SUCCESS = 0x00000000
    CANCELLED = 0x80100002
    UNKNOWN_READER = 0x80100009
    TIMEOUT = 0x8010000A
    SHARING_VIOLATION = 0x8010000B
    NO_SMARTCARD = 0x8010000C
    PROTO_MISMATCH = 0x8010000F
    COMM_ERROR = 0x80100013
    NOT_TRANSACTED = 0x80100016
    READER_UNAVAILABLE = 0x80100017
    NO_SERVICE = 0x8010001D
    SERVICE_STOPPED = 0x8010001E
    NO_READERS = 0x8010002E
    COMM_DATA_LOST = 0x8010002F
    UNSUPPORTED_CARD = 0x80100065
    UNRESPONSIVE_CARD = 0x80100066
    UNPOWERED_CARD = 0x80100067
    RESET_CARD = 0x80100068
    REMOVED_CARD = 0x80100069


class State(IntFlag):
    """Bits of a reader's state; the upper 16 bits beside them count events."""

    CHANGED = 0x0002
    UNKNOWN = 0x0004
    UNAVAILABLE = 0x0008
    EMPTY = 0x0010
    PRESENT = 0x0020
    MUTE = 0x0200


class Scard(Protocol):
    """The calls of the service. Each first gives a result code, signed on some systems."""

    def SCardEstablishContext(self, scope: int, /) -> tuple[int, Any]:  # noqa: N802 - PC/SC's name
        """Open a conversation with the service, for one thread."""
        ...

    def SCardReleaseContext(self, context: Any, /) -> int:  # noqa: N802 - PC/SC's name
        """Close it."""
        ...

    def SCardListReaders(  # noqa: N802 - PC/SC's name
        self, context: Any, groups: Sequence[str], /
    ) -> tuple[int, Sequence[str]]:
        """Name the readers plugged in."""
        ...

    def SCardGetStatusChange(  # noqa: N802 - PC/SC's name
        self, context: Any, timeout_ms: int, states: Sequence[ReaderState], /
    ) -> tuple[int, Sequence[ReaderNews]]:
        """Wait until a reader is no longer in the state given."""
        ...

    def SCardCancel(self, context: Any, /) -> int:  # noqa: N802 - PC/SC's name
        """Wake the thread that waits on this context."""
        ...

    def SCardConnect(  # noqa: N802 - PC/SC's name
        self, context: Any, reader: str, share: int, protocols: int, /
    ) -> tuple[int, Any, int]:
        """Open the card of a reader; give its handle and the protocol agreed."""
        ...

    def SCardDisconnect(self, card: Any, disposition: int, /) -> int:  # noqa: N802 - PC/SC's name
        """Close the card."""
        ...

    def SCardBeginTransaction(self, card: Any, /) -> int:  # noqa: N802 - PC/SC's name
        """Keep other programs out; waits for them to finish."""
        ...

    def SCardEndTransaction(  # noqa: N802 - PC/SC's name
        self, card: Any, disposition: int, /
    ) -> int:
        """Let other programs in."""
        ...

    def SCardTransmit(  # noqa: N802 - PC/SC's name
        self, card: Any, protocol: int, command: Sequence[int], /
    ) -> tuple[int, Sequence[int]]:
        """Send one command; there is no timeout and no cancel."""
        ...


def acknowledged(state: int) -> int:
    """Give a state back as known: the event count stays, CHANGED goes."""
    return state & ~int(State.CHANGED)  # the complement of the flag itself has no upper bits


def plain(result: int) -> int:
    """Bring a result code to its unsigned form."""
    return result & 0xFFFFFFFF


def result_name(result: int) -> str:
    """Name a result code for a log."""
    try:
        return Result(plain(result)).name
    except ValueError:
        return f"0x{plain(result):08X}"


def problem_of(result: int) -> CardProblem:
    """Say which sentence a failed call deserves; what is not known is UNREADABLE."""
    return _PROBLEMS.get(plain(result), CardProblem.UNREADABLE)


_PROBLEMS: dict[int, CardProblem] = {
    Result.NO_SMARTCARD: CardProblem.PULLED,
    Result.REMOVED_CARD: CardProblem.PULLED,
    Result.UNKNOWN_READER: CardProblem.READER_GONE,
    Result.READER_UNAVAILABLE: CardProblem.READER_GONE,
    Result.NO_SERVICE: CardProblem.SERVICE_DOWN,
    Result.SERVICE_STOPPED: CardProblem.SERVICE_DOWN,
    Result.SHARING_VIOLATION: CardProblem.BUSY,
    Result.UNRESPONSIVE_CARD: CardProblem.MUTE,
    Result.UNPOWERED_CARD: CardProblem.MUTE,
    Result.UNSUPPORTED_CARD: CardProblem.NOT_EID,
}
