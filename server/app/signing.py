"""Signing invoices and making lots through the component: one task at a time, in a thread.

The practice is asked before and after, never during: a component may take seconds. The code of the
professional is kept nowhere. What the component signed is kept at once; what is lost with it was
never sent. Source: `fr-sesam-vitale.md` §2.2, §3; cases L1 to L4, L7, K16.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Lock, Thread

from server.core.errors import InvalidForm, KineError, NotFound, StateConflict
from server.core.sesam import DriverError, Groups, Mode, SesamDriver, SesamProblem
from server.countries.france.securing import Cards
from server.services import french_securing, french_sending
from server.services.cabinet import Cabinet
from webui.signing import SigningState, SigningTask

log = logging.getLogger(__name__)

_STOP_SECONDS = 3.0

NOT_HIS_CARD, NOT_KEPT, OTHER_MODE, OPPOSED = "not_his_card", "not_kept", "other_mode", "opposed"


class _Stopped(Exception):
    """The task ends with a problem of ours; its code and facts."""

    def __init__(self, problem: str, **facts: object) -> None:
        super().__init__(problem)
        self.problem = problem
        self.facts = facts


@contextmanager
def _without(absent: SesamProblem) -> Iterator[None]:
    """Pass over one problem of the component: the card that may not be there."""
    try:
        yield
    except DriverError as error:
        if error.problem is not absent:
            raise


class Signing:
    """The port `webui.signing.SigningControl`: begun at unlock, stopped at lock."""

    def __init__(
        self, cabinet: Cabinet, driver: SesamDriver, tell: Callable[[str, str], None],
        wake: Callable[[], None], *, simulated: bool,
    ) -> None:  # fmt: skip
        """`tell` publishes that a task moved; `wake` lets what was queued leave."""
        self._cabinet = cabinet
        self._driver = driver
        self._tell = tell
        self._wake = wake
        self._turn = Lock()
        self._thread: Thread | None = None
        self.state = SigningState(simulated=simulated)

    def secure(self, session: str, pin: str, mode: Mode, nature: str = "") -> None:
        """Begin to sign the invoice of a session, with the cards that way of signing asks for."""
        begun = SigningState(SigningTask.SECURE, session, total=1)
        self._begin(begun, lambda: self._secure(session, pin, mode, nature))

    def countersign(self, pin: str) -> None:
        """Begin to sign all that waits for the professional's card."""
        self._begin(SigningState(SigningTask.COUNTERSIGN), lambda: self._countersign(pin))

    def send(self, pin: str) -> None:
        """Begin to put into lots all that may leave, and queue their files."""
        self._begin(SigningState(SigningTask.SEND), lambda: self._send(pin))

    def stop(self) -> None:
        """Let a task under way end, briefly."""
        thread = self._thread
        if thread is not None:
            thread.join(_STOP_SECONDS)

    def _begin(self, begun: SigningState, work: Callable[[], None]) -> None:
        with self._turn:
            if self.state.running:
                return
            self.state = replace(begun, running=True, simulated=self.state.simulated)
            self._thread = Thread(target=self._run, args=(work,), name="signing", daemon=True)
            self._thread.start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except _Stopped as stop:
            self._end(stop.problem, stop.facts)
        except DriverError as error:
            self._end(error.problem.removeprefix("sesam."), error.facts, error.tries)
        except InvalidForm as error:
            faults = error.facts["faults"]
            self._end(str(faults[0][1]) if isinstance(faults, tuple) and faults else NOT_KEPT)
        except KineError as error:
            log.warning("a task of the component was not kept: %s", error.code)
            self._end(NOT_KEPT)
        except Exception:
            self._end(NOT_KEPT)
            raise
        else:
            self._end()

    def _end(
        self, problem: str = "", facts: Mapping[str, object] | None = None, tries: int | None = None
    ) -> None:
        self.state = replace(
            self.state, running=False, problem=problem, facts=dict(facts or {}), tries=tries
        )
        self._tell("signing.done", "")

    def _secure(self, session: str, pin: str, mode: Mode, nature: str) -> None:
        prepared = french_securing.prepare(self._cabinet.desk(), session, mode, nature)
        card = self._check_cards(session, pin, mode, nature)
        desk = self._cabinet.desk()
        serial = ""
        if card is not None:
            try:
                serial = french_securing.serial_of(desk, prepared, card)
            except NotFound:
                raise _Stopped(NOT_HIS_CARD) from None
        sealed = self._driver.secure(prepared.groups, mode, prepared.wanted, pin)
        desk = self._cabinet.desk()
        french_securing.keep(desk, prepared, sealed, serial)
        opposed = bool(serial) and french_securing.is_opposed(desk, serial)
        self.state = replace(self.state, done=1, warnings=(OPPOSED,) if opposed else ())

    def _check_cards(self, session: str, pin: str, mode: Mode, nature: str) -> Groups | None:
        """Look which cards are in; stop unless they allow what was asked for. Give Vitale's."""
        clock = self._driver.clock()
        card, professional = None, mode is not Mode.DESYNCHRONISED
        if professional:
            professional = self._is_there(lambda: self._driver.read_ps(pin), SesamProblem.NO_CPS)
        desk = self._cabinet.desk()
        if professional:
            with _without(SesamProblem.NO_VITALE):
                card = self._driver.read_vitale(pin, desk.now)
        patient = card is not None or mode is Mode.DESYNCHRONISED
        cards = Cards(professional, patient, clock, desk.now)
        found = french_securing.mode_for(desk, session, cards, nature)
        if found.obstacle is not None:
            raise _Stopped(str(found.obstacle), reader=found.reader_clock, computer=found.own_clock)
        if found.mode is not mode:
            raise _Stopped(OTHER_MODE, mode=int(found.mode or 0))
        return card

    def _is_there(self, read: Callable[[], object], absent: SesamProblem) -> bool:
        with _without(absent):
            read()
            return True
        return False

    def _countersign(self, pin: str) -> None:
        waiting = french_securing.to_countersign(self._cabinet.desk())
        self.state = replace(self.state, total=len(waiting))
        for row in waiting:
            sealed = french_securing.sealed_of(self._cabinet.desk(), row)
            signed = self._driver.countersign(sealed, pin)
            french_securing.countersigned(self._cabinet.desk(), row.id, signed)
            self._step()

    def _send(self, pin: str) -> None:
        """Make each file and keep it: what was kept leaves, whatever befalls the next."""
        parcels = french_sending.order(self._cabinet.desk())
        self.state = replace(self.state, total=len(parcels))
        for parcel in parcels:
            built = [self._driver.build_lot(each.order, pin) for each in parcel.lots]
            file = self._driver.build_file(built)
            with suppress(StateConflict):  # what it holds went elsewhere meanwhile
                french_sending.keep(self._cabinet.desk(), parcel, built, file)
            self._step()
            self._wake()

    def _step(self) -> None:
        self.state = replace(self.state, done=self.state.done + 1)
        self._tell("signing.step", f"{self.state.done}/{self.state.total}")
