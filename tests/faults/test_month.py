"""Level L7: thirty simulated days of twenty-five visits with every kind of trouble mixed in.

At the end the ledger differs from the money by nothing and every line has a fate.
`reliability-security.md` §4 L7; scenarios H-14, H-15.
"""

import random
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import apsw
import pytest

from server.core.outbox import Letter, LetterKind
from server.core.states import LineState
from server.services import ledger, lots, payments, quarantine
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.services.troubles import explained
from server.store import claims, invoices, post
from sync.transports.fakes import FakePartner, Mood
from tests.faults.long import LONG, SEED
from tests.faults.soundness import nothing_without_its_act
from tests.people import Person, niss
from tests.services.answers import Answer, letter
from tests.services.office import Office
from tests.world import World, open_cabinet

DAYS, VISITS = 30, 25
MUTUALITIES = ("134", "319", "509")
PEOPLE = [
    Person(f"Mois{rank:02d}", "Camille", niss(1950 + rank % 40, 3, 1 + rank % 28, 101 + rank),
           MUTUALITIES[rank % 3], "110")
    for rank in range(2 * VISITS)
]  # fmt: skip
SEEDS = range(SEED, SEED + (10 if LONG else 1))


class Month:
    """A practice, its partner, and the trouble drawn for each day."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.draw = random.Random(seed)  # noqa: S311 - a seed that replays
        self.partner = FakePartner(page=5)
        self.office = self._office()
        self.met: Counter[str] = Counter()
        self.answered: set[str] = set()
        self.visits = 0

    def _office(self) -> Office:
        desk = self.world.cabinet.desk
        outbox = PracticeOutbox(desk, self.world.clock.monotonic, lambda: 0.5)
        return Office(self.world, self.partner, outbox, PracticeIntake(desk))

    def day(self, number: int) -> None:
        """Give the visits of a day, close it, and let the post run through today's trouble."""
        trouble = self.draw.choice(sorted(TROUBLES))
        self.met[trouble] += 1
        for person in PEOPLE[number % 2 :: 2]:
            self.visit(person)
            self.world.clock.advance(minutes=15)
        TROUBLES[trouble](self)
        self.partner.mood = Mood.GOOD
        for _ in range(2):
            self.world.clock.advance(minutes=20)
            self.insurers_answer()
            self.office.run()
        self.cash()
        evening = self.world.clock.at
        self.world.clock.go_to((evening + timedelta(days=1)).replace(hour=7, minute=0))

    def visit(self, person: Person) -> None:
        self.world.visit(person)
        self.visits += 1

    def close(self) -> None:
        """Seal what is ready and press « Envoyer »."""
        lots.seal_all(self.world.desk)
        self.office.run()

    def restart(self) -> None:
        """The program ends without a word and is started again."""
        self.world.cabinet.lock()
        self.world.cabinet = open_cabinet(self.world.folder, self.world.clock)
        self.office = self._office()

    def insurers_answer(self) -> None:
        """Decide on each file that arrived: one line in ten is refused, the rest is settled."""
        for reference in [x for x in self.partner.arrived if x not in self.answered]:
            self.answered.add(reference)
            row = post.by_reference(self.world.desk.db, reference)
            assert row is not None
            assert row.lot
            self.partner.mail += self.decision(row.lot, post.payload(self.world.desk.db, row.id))
        self.draw.shuffle(self.partner.mail)

    def decision(self, lot: str, sent: bytes) -> list[Letter]:
        answer, accepted = Answer(sent), 0
        for line in invoices.lines_of_lot(self.world.desk.db, lot):
            if self.draw.random() < 0.1:
                answer = answer.saying(answer.rank(line.ref), "R500522")
            else:
                accepted += line.oa_cents
        told = [letter(answer.receipt()), letter(answer.accepted())]
        held = claims.lot(self.world.desk.db, lot)
        assert held is not None
        payment = f"{held.number:03d}/202603/{held.payer}/"
        return told + ([letter(answer.settled(accepted, payment))] if accepted else [])

    def cash(self) -> None:
        """Type every transfer that was announced."""
        for want in payments.expected(self.world.desk):
            cents = f"{want.due_cents // 100},{want.due_cents % 100:02d}"
            typed = {
                "payer": want.lot.payer, "reference": want.payment_reference, "amount": cents,
            }  # fmt: skip
            payments.record(self.world.desk, typed)


def nothing(month: Month) -> None:
    month.close()


def no_line(month: Month) -> None:
    month.partner.mood = Mood.CUT
    month.close()


def silent_partner(month: Month) -> None:
    month.partner.mood = Mood.MUTE
    month.close()


def lost_on_its_way(month: Month) -> None:
    month.partner.mood = Mood.LOST
    month.close()


def busy_partner(month: Month) -> None:
    month.partner.mood = Mood.BUSY
    month.close()


def ends_in_the_middle(month: Month) -> None:
    """The program ends once a file is leased and, one time in two, has arrived."""
    lots.seal_all(month.world.desk)
    now = month.world.clock.now()
    for lane in month.office.outbox.lanes(now):
        message = month.office.outbox.lease(lane, now)
        if message is not None and month.draw.random() < 0.5:
            month.partner.send(message, lambda _: None)
    month.restart()


def clock_jumps(month: Month) -> None:
    """The date goes wrong: nothing is sealed; it is set right, and confirmed."""
    month.world.clock.at += timedelta(days=400)
    assert lots.seal_all(month.world.desk)[0] == []
    month.office.run()
    month.world.clock.at -= timedelta(days=400)
    month.world.cabinet.confirm_date()
    month.close()


def disk_full(month: Month) -> None:
    """No page more: every act is refused whole; then there is room again."""
    db = month.world.desk.db
    before = db.execute("select count(*) from session").fetchall()
    limit = int(db.pragma("max_page_count"))
    db.pragma("max_page_count", int(db.pragma("page_count")))
    told: set[object] = set()
    while not told:
        try:
            with month.world.desk.deed("filler", "setting", "x"):
                db.execute("insert into setting values (?, ?, ?, ?)",
                           (f"filler{month.draw.random()}", "x" * 3_000, "x", "x"))  # fmt: skip
        except apsw.Error as error:
            refused = explained(error)
            assert refused is not None
            told.add(refused.facts["reason"])
    assert told == {"full"}
    db.pragma("max_page_count", limit)
    assert db.execute("select count(*) from session").fetchall() == before
    month.close()


def poison(month: Month) -> None:
    """Letters nobody understands come before the good ones, a page full of them."""
    for _ in range(6):
        bad = month.draw.randbytes(200)
        hashed = b64encode(sha256(bad).digest()).decode()
        month.partner.mail.insert(0, Letter(LetterKind.MESSAGE, "HCPFAC", bad, hashed, "", ""))
    month.close()


TROUBLES: dict[str, Callable[[Month], None]] = {
    trouble.__name__: trouble
    for trouble in (
        nothing, no_line, silent_partner, lost_on_its_way, busy_partner, ends_in_the_middle,
        clock_jumps, disk_full, poison,
    )
}  # fmt: skip
FATES = {LineState.PAID, LineState.REJECTED}


@pytest.mark.scenario("H-14")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_month_of_troubles_ends_with_every_line_paid_or_refused(world: World, seed: int) -> None:
    month = Month(world, seed)
    for number in range(DAYS):
        month.day(number)
    for _ in range(6):
        world.clock.advance(days=1)
        month.close()
        world.clock.advance(minutes=20)
        month.insurers_answer()
        month.office.run()
        month.cash()
    db = world.desk.db
    lines = db.execute("select state, oa_cents from line").fetchall()
    states = Counter(str(state) for state, _ in lines)
    told = ", ".join(f"{name} {count}" for name, count in sorted(month.met.items()))
    sys.stdout.write(f"seed {seed}: {month.visits} visits; {told}; lines {dict(states)}\n")
    assert month.visits == DAYS * VISITS
    assert {LineState(str(state)) for state, _ in lines} <= FATES
    assert sorted(month.partner.arrived) == sorted(set(month.partner.arrived))
    due = sum(int(str(cents)) for state, cents in lines if state == LineState.PAID)
    received = db.execute("select sum(amount_cents) from payment").fetchall()[0][0]
    assert due - int(str(received)) == 0
    assert ledger.counts(world.desk)["all"] == len(lines)
    assert world.sql("select count(*) from session") == month.visits
    assert len(quarantine.letters(world.desk)) == 6 * month.met["poison"]
    nothing_without_its_act(world.cabinet, ("session", "line", "lot", "message", "letter"))
