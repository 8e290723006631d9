"""Commands and status words of ISO 7816-4, and the small processors every exchange goes through.

Names are the norm's, so that an error and a log say `FILE_NOT_FOUND`, never bytes of a card.
Source: `hardware.md` §1.5 and §2.3.
"""

import logging
from contextlib import AbstractContextManager
from enum import IntEnum

from hardware.ports import Answer, CardLink, CardProblem, CardTrouble, Wait

log = logging.getLogger(__name__)

_MOST_ROUNDS = 64  # of GET RESPONSE: 16 kB, more than any file of a card
_BREATH = 0.01  # seconds before re-asking: old cards miss a command that comes at once
_OLD_APPLET = 0x11  # the last that needs one
_APPLET_AT = 21  # among the bytes of the card's own data


class Status(IntEnum):
    """Status words we act on or name."""

    OK = 0x9000
    NO_INFORMATION = 0x6300
    WRONG_LENGTH = 0x6700
    SECURITY_NOT_SATISFIED = 0x6982
    AUTHENTICATION_BLOCKED = 0x6983
    CONDITIONS_NOT_SATISFIED = 0x6985
    NO_CURRENT_FILE = 0x6986
    WRONG_DATA = 0x6A80
    FILE_NOT_FOUND = 0x6A82
    INCORRECT_P1_P2 = 0x6A86
    LC_INCONSISTENT = 0x6A87
    REFERENCE_NOT_FOUND = 0x6A88
    WRONG_OFFSET = 0x6B00
    INS_NOT_SUPPORTED = 0x6D00
    CLA_NOT_SUPPORTED = 0x6E00
    NO_PRECISE_DIAGNOSIS = 0x6F00


class Ins(IntEnum):
    """Instruction bytes, by the norm's names."""

    VERIFY = 0x20
    MANAGE_SECURITY_ENVIRONMENT = 0x22
    PERFORM_SECURITY_OPERATION = 0x2A
    INTERNAL_AUTHENTICATE = 0x88
    SELECT = 0xA4
    READ_BINARY = 0xB0
    GET_RESPONSE = 0xC0
    GET_CARD_DATA = 0xE4
    LOG_OFF = 0xE6


def instruction_name(apdu: bytes) -> str:
    """Name a command by its instruction alone: its data (a PIN, perhaps) never reaches a log."""
    try:
        return Ins(apdu[1]).name
    except (IndexError, ValueError):
        return "UNKNOWN"


_ASKS_AGE = bytes([0x80, Ins.GET_CARD_DATA])


def status_name(sw: int) -> str:
    """Name a status word as the norm does."""
    families = {0x61: "MORE_DATA", 0x6C: "WRONG_LE", 0x63: "TRIES_LEFT"}
    try:
        return Status(sw).name
    except ValueError:
        return families.get(sw >> 8, f"SW_{sw:04X}")


class ExactLength:
    """6Cxx means “ask again with this length”: ask again, once, after a breath.

    A card that told of a recent applet on its way through here is asked again at once.
    """

    def __init__(self, link: CardLink, wait: Wait) -> None:
        self._link = link
        self._wait = wait
        self._old = True

    def send(self, apdu: bytes) -> Answer:
        """Exchange one command, repeated with the length the card wants."""
        answer = self._link.send(apdu)
        if apdu[:2] == _ASKS_AGE and len(answer.data) > _APPLET_AT:
            self._old = answer.data[_APPLET_AT] <= _OLD_APPLET
        if answer.sw >> 8 != 0x6C:
            return answer
        if self._old:
            self._wait(_BREATH)
        return self._link.send(_with_le(apdu, answer.sw & 0xFF))

    def hold(self) -> AbstractContextManager[None]:
        """Keep other programs off the card."""
        return self._link.hold()


def _with_le(apdu: bytes, le: int) -> bytes:
    """Replace or add the expected length, after the data if there are any."""
    end = 4 if len(apdu) <= 5 else 5 + apdu[4]
    return apdu[:end] + bytes([le])


class WholeResponse:
    """61xx means “more to fetch”: fetch it with GET RESPONSE until the card is done."""

    def __init__(self, link: CardLink) -> None:
        self._link = link

    def send(self, apdu: bytes) -> Answer:
        """Exchange one command and gather its whole answer; a card that never ends is refused."""
        data, sw = self._link.send(apdu)
        for _ in range(_MOST_ROUNDS):
            if sw >> 8 != 0x61:
                return Answer(data, sw)
            more = self._link.send(bytes([0x00, Ins.GET_RESPONSE, 0x00, 0x00, sw & 0xFF]))
            data, sw = data + more.data, more.sw
        raise CardTrouble(CardProblem.UNREADABLE)

    def hold(self) -> AbstractContextManager[None]:
        """Keep other programs off the card."""
        return self._link.hold()


class Named:
    """The lowest level: writes the names of exchanges to the log, and nothing of their bytes."""

    def __init__(self, link: CardLink) -> None:
        self._link = link

    def send(self, apdu: bytes) -> Answer:
        """Exchange one command and log its name and its status."""
        answer = self._link.send(apdu)
        if log.isEnabledFor(logging.DEBUG):  # names cost more than the exchange they tell of
            log.debug("%s: %s", instruction_name(apdu), status_name(answer.sw))
        return answer

    def hold(self) -> AbstractContextManager[None]:
        """Keep other programs off the card."""
        return self._link.hold()


def processed(link: CardLink, wait: Wait) -> CardLink:
    """Wrap a raw link so that its answers are whole and its exchanges named."""
    return WholeResponse(ExactLength(Named(link), wait))
