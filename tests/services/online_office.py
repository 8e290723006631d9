"""A practice of France with its post, and the simulated services at the other end of a cable."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from server.core.outbox import Message, Outcome, Verdict
from server.services import complementaries, covers, french_rights, french_series, french_visits
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.simulators.sesam.online.service import Config, Running, serve
from sync.circuit import Circuit
from sync.engine import Engine
from sync.ports import Keep, Transport
from sync.report import Report
from sync.transports.endpoint import Endpoint
from sync.transports.exchange import Limits
from sync.transports.sesam import SesamOnline
from tests.france import MARCHAND, FrenchPerson, admitted
from tests.world import World

TI_DOUE = {"name": "Mutuelle Ti Doué", "number": "0799900010", "convention_type": "OC"}


@dataclass
class OnlineOffice:
    """`run` is one run of the post; `line` says whether the cable is in."""

    world: World
    services: Running
    outbox: PracticeOutbox
    sesam: Transport
    line: bool = True
    patients: dict[str, str] = field(default_factory=dict)
    listed: bool = False

    def send(self, message: Message, keep: Keep) -> Outcome:
        return self.sesam.send(message, keep) if self.line else _DOWN

    def ask(self, message: Message, keep: Keep) -> Outcome:
        return self.sesam.ask(message, keep) if self.line else _DOWN

    def run(self) -> Report:
        """One run of the post, through the real engine."""
        intake = PracticeIntake(self.world.cabinet.desk)
        if self.line:
            self.outbox.line_back(self.world.clock.now())
        engine = Engine(self.outbox, {"sesam": self}, {}, intake, self.world.clock)
        return engine.run_once(manual=True)

    def later(self, **by: float) -> Report:
        """Let time pass, then run."""
        self.world.clock.advance(**by)
        return self.run()

    def patient(self, person: FrenchPerson = MARCHAND) -> str:
        """The file of a person, made once."""
        if person.nir not in self.patients:
            self.patients[person.nir] = admitted(self.world, person)
        return self.patients[person.nir]

    def covered(self, person: FrenchPerson = MARCHAND, **typed: str) -> str:
        """The file of a person with a complementary of separate management; its id."""
        patient = self.patient(person)
        if typed.get("amc", TI_DOUE["number"]) == TI_DOUE["number"] and not self.listed:
            complementaries.create(self.world.desk, TI_DOUE)
            self.listed = True
        covers.assign(self.world.desk, patient, {
            "amc": "0799900010", "cover_source": "PAPER", "third_party": "1", "member": "A0099",
            "cover_from": "01/01/2026", "cover_to": "31/12/2026", **typed,
        })  # fmt: skip
        return patient

    def visited(self, person: FrenchPerson = MARCHAND, **typed: str) -> str:
        """A session given today at the cabinet, at 17.90 [T]; its id."""
        desk, patient = self.world.desk, self.covered(person, **typed)
        french_rights.note(desk, patient, {
            "kind": "AMO", "right_source": "PAPER", "right_organism": person.organism,
            "rights_from": "01/01/2026", "rights_to": "31/12/2026",
        })  # fmt: skip
        series = french_series.open_series(desk, patient, _series(desk.today))
        return french_visits.record(self.world.desk, series, {"care_date": desk.today.isoformat()})


@contextmanager
def online_office(world: World) -> Iterator[OnlineOffice]:
    """Open the practice's post on services started for it."""
    services = serve(Config(clock=lambda: world.clock.at))
    outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, lambda: 0.0)
    sesam = SesamOnline(
        Endpoint.parse(services.endpoint), world.clock, Circuit(), demo=True,
        limits=Limits(total_seconds=0.5),
    )  # fmt: skip
    try:
        yield OnlineOffice(world, services, outbox, sesam)
    finally:
        services.stop()


def _series(day: date) -> dict[str, str]:
    return {
        "territory": "UPPER_LIMB", "place": "CABINET", "start_date": day.isoformat(),
        "rx_date": (day - timedelta(days=3)).isoformat(), "prescriber": "10008888801",
        "prescriber_name": "Yann Kerdreux", "max_sessions": "20",
    }  # fmt: skip


_DOWN = Outcome(Verdict.UNREACHABLE, "line.down")
