"""The drivers of the French component: nobody, or a process that speaks for it.

`NoDriver` lets a practice prepare and print; `SesamProcess` is the approved component behind its
own process, or in a demo practice the simulator, which is another process of the same manner.
Source: `fr-sesam-vitale.md` §2.2, `hardware.md` §3.3–3.4.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from hardware.framing import Garbled
from hardware.sesam_child import SesamChild
from hardware.sesam_lots_wire import (
    MOST_CONTENT,
    pack_lot,
    pack_order,
    unpack_content,
    unpack_functional,
    unpack_instant,
    unpack_lot,
)
from hardware.sesam_wire import pack_groups, pack_sealed, unpack_groups, unpack_sealed
from server.core.sesam import (
    Component,
    DriverError,
    Groups,
    Mode,
    Sealed,
    SesamProblem,
    Wanted,
)
from server.core.teletransmission import BuiltLot, LotOrder

T = TypeVar("T")
READ_SECONDS, SIGN_SECONDS = 20.0, 40.0  # a card answers in under 5 s, [K]


class NoDriver:
    """No component is here: every call says so, and the screens prepare and print."""

    def config(self) -> NoReturn:
        """Raise `DriverError` ABSENT, as every other call."""
        raise DriverError(SesamProblem.ABSENT, "config")

    def read_ps(self, pin: str) -> NoReturn:
        """Raise `DriverError` ABSENT."""
        raise DriverError(SesamProblem.ABSENT, "read_ps")

    def read_vitale(self, pin: str, at: datetime) -> NoReturn:
        """Raise `DriverError` ABSENT."""
        raise DriverError(SesamProblem.ABSENT, "read_vitale")

    def read_apcv(self, payload: bytes, at: datetime, *, online: bool) -> NoReturn:
        """Raise `DriverError` ABSENT."""
        raise DriverError(SesamProblem.ABSENT, "read_apcv")

    def secure(self, invoice: Groups, mode: Mode, wanted: Wanted, pin: str) -> NoReturn:
        """Raise `DriverError` ABSENT."""
        raise DriverError(SesamProblem.ABSENT, "secure")

    def countersign(self, sealed: Sealed, pin: str) -> NoReturn:
        """Raise `DriverError` ABSENT."""
        raise DriverError(SesamProblem.ABSENT, "countersign")

    def clock(self) -> NoReturn:
        """Raise `DriverError` ABSENT."""
        raise DriverError(SesamProblem.ABSENT, "clock")

    def build_lot(self, order: LotOrder, pin: str) -> NoReturn:
        """Raise `DriverError` ABSENT."""
        raise DriverError(SesamProblem.ABSENT, "build_lot")

    def build_file(self, lots: Sequence[BuiltLot]) -> NoReturn:
        """Raise `DriverError` ABSENT."""
        raise DriverError(SesamProblem.ABSENT, "build_file")

    def translate(self, content: bytes) -> NoReturn:
        """Raise `DriverError` ABSENT."""
        raise DriverError(SesamProblem.ABSENT, "translate")

    def close(self) -> None:
        """Close nothing."""


class SesamProcess:
    """A component in a process of its own; `close` ends it, the next call starts it again."""

    def __init__(self, asked: Sequence[str], *, demo: bool) -> None:
        """`asked` is its command; a demo practice takes a simulator only, a real one never does."""
        self._child = SesamChild(asked, demo=demo)

    def config(self) -> Component:
        """Say who answers."""
        return self._child.component()

    def read_ps(self, pin: str) -> Groups:
        """Read the professional's card."""
        return self._groups("read_ps", pin=pin)

    def read_vitale(self, pin: str, at: datetime) -> Groups:
        """Read the rights of the card in the reader."""
        return self._groups("read_vitale", pin=pin, at=at.isoformat())

    def read_apcv(self, payload: bytes, at: datetime, *, online: bool) -> Groups:
        """Hand over what a phone showed; nothing of it is read here."""
        if not online:
            raise DriverError(SesamProblem.OFFLINE, "read_apcv", retryable=True)
        carried = base64.b64encode(payload).decode()
        return self._groups("read_apcv", payload=carried, at=at.isoformat())

    def secure(self, invoice: Groups, mode: Mode, wanted: Wanted, pin: str) -> tuple[Sealed, ...]:
        """Sign an invoice, once."""
        answer = self._child.ask(
            "secure", SIGN_SECONDS, signing=True, invoice=pack_groups(invoice), mode=int(mode),
            wanted=int(wanted), pin=pin,
        )  # fmt: skip
        try:
            made = answer.get("sealed")
            if not isinstance(made, list) or not 0 < len(made) <= 2:
                raise Garbled
            simulated = self.config().simulated
            return tuple(unpack_sealed(each, simulated=simulated) for each in made)
        except Garbled:
            raise self._child.doubt("secure", signing=True) from None

    def countersign(self, sealed: Sealed, pin: str) -> Sealed:
        """Add the professional's signature; what was signed before is given back unchanged."""
        answer = self._child.ask(
            "countersign", SIGN_SECONDS, signing=True, sealed=pack_sealed(sealed), pin=pin
        )
        try:
            made = unpack_sealed(answer.get("sealed"), simulated=sealed.simulated)
            if made.content != sealed.content or made.kind != sealed.kind:
                raise Garbled
            return made
        except Garbled:
            raise self._child.doubt("countersign", signing=True) from None

    def clock(self) -> datetime:
        """Say what the clock of the reader shows, in UTC."""
        answer = self._child.ask("clock", READ_SECONDS)
        return self._read("clock", lambda: unpack_instant(answer))

    def build_lot(self, order: LotOrder, pin: str) -> BuiltLot:
        """Make a lot and sign it; one that was lost may be asked for again."""
        answer = self._child.ask("build_lot", SIGN_SECONDS, pin=pin, **pack_order(order))
        simulated = self.config().simulated
        return self._read("build_lot", lambda: unpack_lot(answer, order.number, simulated))

    def build_file(self, lots: Sequence[BuiltLot]) -> bytes:
        """Put the lots of one receiver into one file."""
        answer = self._child.ask("build_file", READ_SECONDS, lots=list(map(pack_lot, lots)))
        return self._read("build_file", lambda: unpack_content(answer))

    def translate(self, content: bytes) -> Mapping[str, object]:
        """Translate what came back; nothing of it is understood here."""
        if len(content) > MOST_CONTENT:
            raise DriverError(SesamProblem.REFUSED, "translate")
        carried = base64.b64encode(content).decode()
        answer = self._child.ask("translate", READ_SECONDS, content=carried)
        return self._read("translate", lambda: unpack_functional(answer))

    def close(self) -> None:
        """End the process."""
        self._child.close()

    def _groups(self, step: str, **told: Any) -> Groups:
        answer = self._child.ask(step, READ_SECONDS, **told)
        return self._read(step, lambda: unpack_groups(answer))

    def _read(self, step: str, read: Callable[[], T]) -> T:
        """Read an answer; one that makes no sense ends the process, and is told."""
        try:
            return read()
        except Garbled:
            raise self._child.doubt(step) from None
