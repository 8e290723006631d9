"""Cards through the system's PC/SC service: the only module that loads `smartcard`.

Always SHARED, always LEAVE_CARD: other programs use the same reader and must not see their card
reset. Contexts are opened inside the thread that uses them. No exchange has a timeout: call this
from a reader's own thread only. Source: `hardware.md` §0 (5, 6), §1.3, §1.5.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, cast

from hardware.ports import Answer, CardLink, CardProblem, CardTrouble
from hardware.scard import (
    LEAVE_CARD,
    SCOPE_USER,
    SHARE_SHARED,
    T0_OR_T1,
    Result,
    Scard,
    plain,
    problem_of,
    result_name,
)

log = logging.getLogger(__name__)


def load_scard() -> Scard:
    """Load the system's PC/SC; raise `CardTrouble` NO_SUPPORT when it is not installed."""
    try:
        module = import_module("smartcard.scard")
    except ImportError:
        raise CardTrouble(CardProblem.NO_SUPPORT) from None
    return cast("Scard", module)


def list_readers(scard: Scard) -> tuple[str, ...]:
    """Name the readers plugged in; raise `CardTrouble` SERVICE_DOWN when the service is."""
    with _conversation(scard) as context:
        result, names = scard.SCardListReaders(context, [])
        if plain(result) == Result.NO_READERS:
            return ()
        _check(result, "list")
        return tuple(names)


@contextmanager
def open_card(scard: Scard, reader: str) -> Iterator[CardLink]:
    """Open the card in a reader, and close it whatever happens, leaving it as it is."""
    with _conversation(scard) as context:
        result, card, protocol = scard.SCardConnect(context, reader, SHARE_SHARED, T0_OR_T1)
        _check(result, "connect")
        try:
            yield PcscLink(scard, card, protocol)
        finally:
            scard.SCardDisconnect(card, LEAVE_CARD)


@contextmanager
def _conversation(scard: Scard) -> Iterator[Any]:
    """Open a context for this thread, and release it whatever happens."""
    result, context = scard.SCardEstablishContext(SCOPE_USER)
    _check(result, "establish")
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


class PcscLink:
    """A card open through PC/SC."""

    def __init__(self, scard: Scard, card: Any, protocol: int) -> None:
        self._scard = scard
        self._card = card
        self._protocol = protocol

    def send(self, apdu: bytes) -> Answer:
        """Exchange one command; raise `CardTrouble` when the service or the card fails."""
        result, response = self._scard.SCardTransmit(self._card, self._protocol, list(apdu))
        _check(result, "transmit")
        if len(response) < 2:
            raise CardTrouble(CardProblem.UNREADABLE)
        return Answer(bytes(response[:-2]), response[-2] << 8 | response[-1])

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold a transaction; other programs wait until it is left."""
        _check(self._scard.SCardBeginTransaction(self._card), "begin")
        try:
            yield
        finally:
            self._scard.SCardEndTransaction(self._card, LEAVE_CARD)


def _check(result: int, call: str) -> None:
    """Turn a failed call into the problem a sentence exists for."""
    if plain(result) != Result.SUCCESS:
        log.info("PC/SC %s: %s", call, result_name(result))
        raise CardTrouble(problem_of(result))
