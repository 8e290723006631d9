"""Level L5, the line: cut after every byte, answers twice or late, and letters that are poison.

Whatever happens, a file is processed exactly once, or is visibly unknown until an answer ends that.
`reliability-security.md` §3.3, §4 L5; scenarios H-03, H-14.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256

import pytest

from server.core.errors import InvalidForm, StateConflict
from server.core.outbox import Letter, LetterKind, Message, MessageState
from server.services import ledger, quarantine
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.simulators.mycarenet.config import Config, Delays, Duplicates
from server.simulators.mycarenet.service import Running, serve
from sync.circuit import Circuit
from sync.engine import Engine
from sync.fakes import MemoryClock, MemoryOutbox
from sync.transports.endpoint import Endpoint
from sync.transports.exchange import Limits
from sync.transports.fakes import FakePartner
from sync.transports.mycarenet import MyCareNet
from sync.transports.mycarenet_account import Account
from sync.transports.unsigned import UnsignedSession
from tests.faults.cutter import Cut, Cutter, Fault, Late, Side, Twice
from tests.faults.long import SEED, sample
from tests.people import LAMBIOTTE, OUCHENE
from tests.services.answers import letter
from tests.services.office import Office
from tests.sync.test_mycarenet_against_simulator import HonestIntake
from tests.webui.shop import Shop
from tests.world import PASSPHRASE, START, World

DAILY = 60
NIHII = "54900119527"


class Wire:
    """The real transport, the real simulator, and between them a line that breaks as told."""

    def __init__(self, now: Callable[[], object]) -> None:
        config = Config(
            unsigned=True, poll_seconds=0, delays=Delays(0, 0, 0, 0),
            duplicates=Duplicates.PROCESS,  # the worst: a repeat is a second claim
            clock=now,  # type: ignore[arg-type]  # a clock of the tests
        )  # fmt: skip
        self.simulator: Running = serve(config)
        whole = Endpoint.parse(self.simulator.endpoint)
        self.cutter = Cutter(whole.port)
        self.endpoint = Endpoint.parse(
            self.simulator.endpoint.replace(f":{whole.port}", f":{self.cutter.port}")
        )

    def partner(self, clock: MemoryClock, number: str = "50000000123") -> MyCareNet:
        account = Account(self.endpoint, number, True, "besace", "user", "secret")
        limits = Limits(connect_seconds=2, total_seconds=2)
        return MyCareNet(account, UnsignedSession(), clock, Circuit(), limits)

    def close(self) -> None:
        self.cutter.close()
        self.simulator.stop()

    def processed(self) -> dict[str, int]:
        """How often each reference was processed as a claim."""
        return {file.reference: file.times_processed for file in self.simulator.received()}


@pytest.fixture
def memory() -> MemoryClock:
    return MemoryClock(START)


@pytest.fixture
def wire(memory: MemoryClock) -> Iterator[Wire]:
    made = Wire(memory.now)
    yield made
    made.close()


def small_file(number: int) -> Message:
    body = f"a small file {number}".encode()
    return Message(
        f"m{number}", "efact", "efact:300", "300", f"{number:014d}", body,
        sha256(body).hexdigest(), 1, doubtful=False,
    )  # fmt: skip


class Sender:
    """Sends one small file after the other over the wire, each through its own fault."""

    def __init__(self, wire: Wire, clock: MemoryClock) -> None:
        self.wire, self.clock, self.sent = wire, clock, 0
        self.sizes: list[dict[Side, int]] = []  # of the exchanges of the last first run

    def through(self, faults: dict[int, Fault]) -> MessageState:
        """Send a file while the line breaks as told; then the line is good. Its first state."""
        self.sent += 1
        outbox = MemoryOutbox()
        row = outbox.add(small_file(self.sent), self.clock.now())
        partners = {"efact": self.wire.partner(self.clock)}
        engine = Engine(outbox, partners, partners, HonestIntake(outbox), self.clock)
        self.wire.cutter.expect(faults)
        engine.run_once()
        first, self.sizes = row.state, self.wire.cutter.sizes
        self.wire.cutter.expect({})
        for _ in range(6):
            self.clock.pass_time(timedelta(minutes=16).total_seconds())
            if outbox.next_due(self.clock.now()) is None and row.state is MessageState.DONE:
                break
            engine.run_once()
        assert row.state is MessageState.DONE, (faults, row)
        assert self.wire.processed()[row.message.reference] == 1, (faults, first)
        return first


def test_the_line_cut_after_any_byte_of_any_exchange_doubles_and_loses_nothing(
    wire: Wire, memory: MemoryClock
) -> None:
    sender = Sender(wire, memory)
    assert sender.through({}) is MessageState.DONE
    assert len(sender.sizes) == 3  # the post, the mailbox, its confirmation
    points = [
        (exchange, Cut(side, after))
        for exchange, size in enumerate(sender.sizes, 1)
        for side, most in size.items()
        for after in range(most + 1)
    ]
    assert len(points) > 5_000
    tried = sample(points, DAILY)
    states = Counter(sender.through({exchange: cut}) for exchange, cut in tried)
    told = ", ".join(f"{state} {count}" for state, count in states.items())
    sys.stdout.write(f"seed {SEED}: {len(tried)} of {len(points)} cuts; first {told}; then Done\n")
    assert MessageState.UNKNOWN in states
    assert MessageState.DONE in states


@pytest.mark.parametrize("exchange", [1, 2, 3])
@pytest.mark.parametrize("fault", [Twice(), Late(0.1), Late(2.5)])
def test_an_answer_given_twice_or_late_doubles_and_loses_nothing(
    wire: Wire, memory: MemoryClock, exchange: int, fault: Fault
) -> None:
    Sender(wire, memory).through({exchange: fault})


@pytest.mark.scenario("H-03")
@pytest.mark.scenario("H-14")
def test_lots_of_a_practice_over_a_line_that_breaks_are_received_once_each(world: World) -> None:
    wire = Wire(world.clock.now)
    try:
        outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, lambda: 0.5)
        intake = PracticeIntake(world.cabinet.desk)
        partner = wire.partner(world.clock, NIHII)  # type: ignore[arg-type]  # both are clocks
        streams = {"efact": partner}
        engine = Engine(outbox, streams, streams, intake, world.clock)
        cuts = [Cut(Side.REQUEST, 0), Cut(Side.REQUEST, 900), Cut(Side.REQUEST, 2_500),
                Cut(Side.ANSWER, 0), Cut(Side.ANSWER, 120), Cut(Side.ANSWER, 500)]  # fmt: skip
        for cut in cuts:
            world.visit(LAMBIOTTE)
            lot = world.seal("100")
            wire.cutter.expect({1: cut})
            engine.run_once(manual=True)
            wire.cutter.expect({})
            for _ in range(4):
                world.clock.advance(minutes=16)
                engine.run_once(manual=True)
            assert str(ledger.lot(world.desk, lot).lot.state) not in {"Unknown", "Queued"}
            world.clock.advance(days=1)
        assert list(wire.processed().values()) == [1] * len(cuts)
        doubts = world.sql("select count(*) from attempt where verdict = 'unknown'")
        assert isinstance(doubts, int)
        assert doubts >= 4
    finally:
        wire.close()


@pytest.fixture
def office(world: World) -> Office:
    """A practice with a partner whose mailbox gives three letters a page."""
    outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, lambda: 0.5)
    return Office(world, FakePartner(page=3), outbox, PracticeIntake(world.cabinet.desk))


def poison() -> dict[str, Letter]:
    """Letters that cannot be applied, each in its own way."""
    wrong = letter(b"920098 whose hash is another's")
    return {
        "not a message": letter(b"\x00\xff" * 40),
        "empty": letter(b""),
        "huge": letter(b"920098" + b"0" * 5_000_000),
        "wrong hash": Letter(
            LetterKind.MESSAGE, "HCPFAC", wrong.content, letter(b"x").hash, "", ""
        ),
        "cut": letter(b"920098" + b"0" * 60),
        "markup": letter(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
    }


def test_poison_letters_are_set_aside_and_what_is_behind_them_is_read(office: Office) -> None:
    world = office.world
    world.visit(OUCHENE)
    lot = world.seal("100")
    office.run()
    bad = poison()
    good = [letter(office.sent(lot).receipt()), letter(office.sent(lot).accepted())]
    office.partner.mail = [*bad.values(), *good]
    world.clock.advance(minutes=20)
    report = office.run()
    assert report.confirmed == len(good)
    assert str(office.lot(lot).state) == "Accepted"
    assert [each.hash for each in office.partner.mail] == [each.hash for each in bad.values()]
    aside = quarantine.letters(world.desk)
    assert len(aside) == len(bad)
    assert not any(each.may_leave for each in aside)
    world.clock.advance(minutes=20)
    office.run()
    assert len(quarantine.letters(world.desk)) == len(bad)


def test_a_letter_set_aside_leaves_its_mailbox_after_seven_days_when_a_person_says_so(
    office: Office,
) -> None:
    world = office.world
    office.partner.mail = [letter(b"nobody reads this")]
    office.run()
    (held,) = quarantine.letters(world.desk)
    with pytest.raises(StateConflict):
        quarantine.release(world.desk, held.letter.id, "trop tôt")
    shop = Shop(world)
    assert "peut en être retirée à partir du 09/03/2026" in shop.get("refusals/")
    world.clock.advance(days=7)
    world.cabinet.confirm(PASSPHRASE)  # an act of this weight asks for it again
    office.run()
    assert len(office.partner.mail) == 1
    page = shop.get("refusals/")
    assert "Retirer de la boîte" in page
    empty = shop.post(f"refusals/aside/{held.letter.id}/release")
    assert empty.status_code == 422
    with pytest.raises(InvalidForm):
        quarantine.release(world.desk, held.letter.id, "  ")
    reason = {f"reason-{held.letter.id}": "Message d’un autre prestataire"}
    page = shop.follow(f"refusals/aside/{held.letter.id}/release", **reason)
    assert "Sera retirée de la boîte au prochain passage" in page
    world.clock.advance(minutes=20)
    office.run()
    assert office.partner.mail == []
    assert "gardée ici telle que reçue" in shop.get("refusals/")
    acts = world.desk.db.execute(
        "select reason from journal where action = 'letter.released' order by seq"
    )
    assert acts.fetchall() == [("Message d’un autre prestataire",)]
    assert shop.get(f"ledger/proof/{held.letter.id}") == "nobody reads this"


def test_a_suspect_clock_lets_no_letter_leave(office: Office) -> None:
    office.partner.mail = [letter(b"nobody reads this")]
    office.run()
    office.world.clock.at += timedelta(days=8)
    (held,) = quarantine.letters(office.world.desk)
    assert not held.may_leave
