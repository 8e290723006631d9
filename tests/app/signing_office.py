"""A practice of France that signs through the simulated component, and a post that brings answers.

The component is the real child process; the line is a list of what left and what the far end says.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hardware.child import command
from server.app.demo_france_cards import serialised
from server.app.demo_france_people import FrenchPerson
from server.app.sesam import SIMULATOR, DemoReader
from server.app.signing import Signing
from server.core.outbox import Letter, LetterKind, MailBatch, Message, Outcome, Verdict
from server.core.sesam import Mode
from server.core.teletransmission import STREAM
from server.services import french_securing
from server.services.french_intake import FrenchIntake
from server.services.outbox import PracticeOutbox
from server.store import french_documents, french_lots
from server.store.french_documents import DocumentRow
from server.store.french_lots import LotRow
from sync.engine import Engine
from sync.ports import Keep
from sync.report import Report
from tests.app.waiting import until
from tests.france import MARCHAND
from tests.world import World

PIN = "1234"


@dataclass
class SigningOffice:
    """`line` is whether the cable is in; `says` decides what the far end makes of a message."""

    world: World
    slot: Path
    driver: DemoReader
    signing: Signing
    outbox: PracticeOutbox
    line: bool = True
    drift: timedelta = timedelta()
    says: Callable[[Message], Verdict] = lambda _: Verdict.DONE
    left: list[Message] = field(default_factory=list)
    letters: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of what is attached, where it matters

    def restart(self, world: World) -> None:
        """Go on with what another start of the program finds."""
        self.world = world
        self.outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, lambda: 0.5)

    def insert(self, *people: FrenchPerson) -> None:
        """Put the card of somebody into the reader."""
        self.slot.write_bytes(serialised(people))

    def sign(self, session: str, mode: Mode = Mode.BOTH_CARDS, pin: str = PIN, **more: str) -> str:
        """Sign the invoice of a session; return the problem, "" when it went well."""
        return self._wait(lambda: self.signing.secure(session, pin, mode, **more))

    def countersign(self, pin: str = PIN) -> str:
        return self._wait(lambda: self.signing.countersign(pin))

    def batch(self, pin: str = PIN) -> str:
        """Make lots of all that may leave."""
        return self._wait(lambda: self.signing.send(pin))

    def run(self) -> Report:
        """One run of the post, through the real engine."""
        now = self.world.clock.now()
        if self.line:
            self.outbox.line_back(now)
        desk = self.world.cabinet.desk
        intake = FrenchIntake(desk, lambda content: dict(json.loads(content)))
        engine = Engine(self.outbox, {STREAM: self}, {STREAM: self}, intake, self.world.clock)
        return engine.run_once(manual=True)

    def later(self, **by: float) -> Report:
        self.world.clock.advance(**by)
        return self.run()

    def send(self, message: Message, keep: Keep) -> Outcome:
        """What the line does with a message."""
        if not self.line:
            return Outcome(Verdict.UNREACHABLE, "line.refused")
        self.left.append(message)
        verdict = self.says(message)
        return Outcome(verdict, "" if verdict is Verdict.DONE else "smtp.lost")

    def ask(self, message: Message, keep: Keep) -> Outcome:
        return Outcome(Verdict.UNKNOWN, "arl.awaited")

    def fetch(self, keep: Keep, staying: int | None = None) -> MailBatch:
        """What lies in the mailbox: nothing is deleted by being read."""
        if not self.line:
            return MailBatch(Outcome(Verdict.UNREACHABLE, "line.refused"))
        found = []
        for name, content in list(self.letters.items())[staying or 0 :]:
            keep(content)
            found.append(
                Letter(LetterKind.MESSAGE, self.names.get(name, "x"), content, name, "", "")
            )
        return MailBatch(Outcome(Verdict.DONE), tuple(found))

    def confirm(self, hashes: Sequence[str], tack_hashes: Sequence[str]) -> Outcome:
        for name in hashes:
            del self.letters[name]
        return Outcome(Verdict.DONE)

    def answer(self, told: Mapping[str, object]) -> None:
        """Let a letter lie in the mailbox."""
        self.letters[f"uidl-{len(self.letters)}-{self.world.clock.now():%s}"] = json.dumps(
            told
        ).encode()

    def enclose(self, name: str, content: bytes) -> None:
        """Let a table of conventions lie in the mailbox."""
        key = f"table-{len(self.names)}"
        self.letters[key], self.names[key] = content, name

    def acknowledge(self, lot: LotRow, *, positive: bool = True, reason: str = "") -> None:
        """Let the receipt of a lot lie in the mailbox, and look."""
        self.answer(
            {"kind": "ARL", "origin": "AMO" if lot.kind == "FSE" else "AMC",
             "lot_kind": str(lot.kind), "ps_number": lot.sender, "lot_number": lot.number,
             "positive": positive, "reason": reason}
        )  # fmt: skip
        self.run()

    def settle(
        self, origin: str, invoice: int, *, amo: int = 0, amc: int = 0, outcome: str = "paid",
        codes: Sequence[Mapping[str, str]] = (),
    ) -> None:  # fmt: skip
        """Let a return of one line lie in the mailbox, and look."""
        line = {
            "kind": "invoice", "invoice_number": invoice, "amo_paid": amo, "amc_paid": amc,
            "outcome": outcome, "codes": list(codes), "dates": {},
        }  # fmt: skip
        paid = {"reference": f"V{invoice}{origin}", "date": "2026-03-20", "amount": amo + amc}
        sender = str(self.world.sql("select sender from french_document limit 1"))
        self.answer(
            {"kind": "RSP", "origin": origin, "file_name": "R", "ps_number": sender,
             "payer": "012910000", "payment": paid, "lines": [line]}
        )  # fmt: skip
        self.run()

    @property
    def lots(self) -> list[LotRow]:
        """All lots, the oldest first."""
        return french_lots.newest(self.world.desk.db, 100)[::-1]

    def documents(self, session: str) -> list[DocumentRow]:
        """What was signed of a session."""
        return french_documents.of_session(self.world.desk.db, session)

    def states(self, session: str) -> list[str]:
        return [str(row.state) for row in self.documents(session)]

    def hindered(self, session: str) -> list[str]:
        """What keeps a session from being signed."""
        return list(french_securing.standing(self.world.desk, session).faults)

    def now(self) -> datetime:
        """What the reader shows."""
        return self.world.clock.now() + self.drift

    def _wait(self, begin: Callable[[], None]) -> str:
        begin()
        until(lambda: not self.signing.state.running)
        return self.signing.state.problem


@contextmanager
def signing_office(world: World, folder: Path, *more: str) -> Iterator[SigningOffice]:
    """Open the practice with the component; `more` is told to the simulator, as "--no-cps"."""
    slot = folder / "vitale.card"
    slot.write_bytes(serialised([MARCHAND]))
    hand: list[SigningOffice] = []
    driver = DemoReader([*command(SIMULATOR), "--slot", str(slot), *more], lambda: hand[0].now())
    signing = Signing(world.cabinet, driver, lambda kind, data: None, lambda: None, simulated=True)
    outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, jitter=lambda: 0.5)
    hand.append(SigningOffice(world, slot, driver, signing, outbox))
    try:
        yield hand[0]
    finally:
        driver.close()
