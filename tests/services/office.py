"""A practice with its post, and the tour of H-01 (`scenarios.md`)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from server.core.outbox import Letter
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.store import claims, invoices, lives, post
from server.store.claims import Lot
from server.store.invoices import Line
from sync.engine import Engine
from sync.report import Report
from sync.transports.fakes import FakePartner
from tests.people import BODART, CARLIER, DELVAUX, LAMBIOTTE, OUCHENE, THONON, Person, neighbour
from tests.services.answers import Answer, letter
from tests.world import World

MONDAY = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
_MC_BIM = neighbour(0, "134", "111")
_MC_ORDINARY = neighbour(1, "120", "110")
_SOLIDARIS = [neighbour(2, "319", "110"), neighbour(3, "317", "110")]
_FREE = [neighbour(4, "509", "111"), neighbour(5, "509", "111")]
OA100 = [
    [OUCHENE, LAMBIOTTE, CARLIER, _MC_ORDINARY],
    [OUCHENE, _MC_BIM, LAMBIOTTE, CARLIER],
    [_MC_BIM, LAMBIOTTE, CARLIER, _MC_ORDINARY],
]
OA300 = [
    [DELVAUX, BODART, *_SOLIDARIS],
    [DELVAUX, BODART, _SOLIDARIS[0]],
    [DELVAUX, BODART, _SOLIDARIS[1]],
]
OA500 = [[THONON, _FREE[0]], [THONON, *_FREE], [THONON, *_FREE]]
TOUR = [a + b + c for a, b, c in zip(OA100, OA300, OA500, strict=True)]


@dataclass
class Office:
    """A practice with its post: an outbox, an intake, a partner made of memory."""

    world: World
    partner: FakePartner
    outbox: PracticeOutbox
    intake: PracticeIntake

    def tour(self, only: list[list[Person]] | None = None) -> None:
        """Give the thirty visits of H-01 that insurers pay, over three days without network."""
        self.world.clock.go_to(MONDAY)
        for day in only or TOUR:
            for person in day:
                cents = "2,50" if person.bim else "6,25"
                self.world.visit(person, copay_collected=cents, payment_means="CASH")
                self.world.clock.advance(minutes=25)
            self.world.clock.go_to(self._next_morning())

    def run(self) -> Report:
        """One run of the post, through the real engine."""
        streams = {"efact": self.partner}
        clock = self.world.clock
        return Engine(self.outbox, streams, streams, self.intake, clock).run_once(manual=True)

    def take(self, content: bytes | Letter) -> bool:
        """Let one letter in."""
        piece = letter(content) if isinstance(content, bytes) else content
        return self.intake.take(piece, self.world.clock.now())

    def sent(self, lot: str) -> Answer:
        """The insurer, with the bytes of a lot in hand."""
        row = post.of_lot(self.world.desk.db, lot)
        assert row is not None
        return Answer(post.payload(self.world.desk.db, row.id))

    def lot(self, key: str) -> Lot:
        held = claims.lot(self.world.desk.db, key)
        assert held is not None
        return held

    def lines(self, lot: str) -> list[Line]:
        return invoices.lines_of_lot(self.world.desk.db, lot)

    def line_of(self, lot: str, person: Person) -> Line:
        """The first line of a person in a lot."""
        key = self.world.ids[person]
        return next(x for x in self.lines(lot) if x.patient == key)

    def message(self, lot: str) -> post.Row:
        row = post.of_lot(self.world.desk.db, lot)
        assert row is not None
        return row

    def steps(self, entity: str, key: str) -> list[str]:
        """The states a thing went through."""
        return [s.to_state for s in lives.steps(self.world.desk.db, entity, key)]

    def _next_morning(self) -> datetime:
        at = self.world.clock.at
        return at.replace(day=at.day + 1, hour=7, minute=0)
