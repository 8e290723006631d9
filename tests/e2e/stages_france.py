"""A morning of the French demo practice, at which the screens of care are photographed."""

from datetime import timedelta
from pathlib import Path

from server.app.clocks import ShiftedClock
from server.app.demo_france import FrenchDemo
from server.services import french_series, french_visits
from tests.e2e.kine import START
from tests.e2e.stages import Stage
from tests.world import FixedClock

RX = {"prescriber": "10009999904", "prescriber_name": "Dr Yann LE BIHAN"}


class FrenchDay(Stage):
    """The demo practice of France; nobody is called."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(START)
        self.demo = FrenchDemo(folder, ShiftedClock(self.clock))
        self.program = self.demo.program
        self.program.start()

    def series_of(self, name: str) -> str:
        return french_series.of_patient(self.desk, self.patient(name))[0].treatment.id

    def open_series(self, name: str, **typed: str) -> str:
        """Open a treatment begun two weeks ago."""
        begun = self.desk.today - timedelta(days=14)
        form = {
            "territory": "UPPER_LIMB", "place": "HOME", "kilometres": "9", "outside_town": "1",
            "start_date": begun.isoformat(), "rx_date": begun.isoformat(), **RX, **typed,
        }  # fmt: skip
        return french_series.open_series(self.desk, self.patient(name), form)


def french_morning(day: FrenchDay) -> None:
    """A shoulder at home, and a back whose fifteen sessions are given."""
    day.open_series("marchand")
    back = day.open_series(
        "meyer", territory="SPINE", situation="low_back_pain", declared="13", place="CABINET"
    )
    for ago in (5, 4, 1):
        given = day.desk.today - timedelta(days=ago)
        french_visits.record(day.desk, back, {"care_date": given.isoformat()})
    asked = day.desk.today - timedelta(days=1)
    french_series.request(
        day.desk, back,
        {"sent_on": asked.isoformat(), "sessions_asked": "15", "argument": "Raideur matinale"},
    )  # fmt: skip
    paid = {"copay_collected": "27,22", "payment_means": "CARD"}
    french_visits.record(day.desk, day.series_of("marchand"), paid)
