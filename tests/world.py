"""One practice at work: a clock that moves when told, and the acts of a kiné in one call each."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from server.app.demo_france import CARD as FRENCH_CARD
from server.app.demo_france import FORM as FRENCH_FORM
from server.core.country import Country
from server.core.errors import KineError
from server.core.ulid import Entropy
from server.services import lots, patients, practices, sessions, treatments
from server.services.cabinet import Cabinet
from server.services.desk import Desk
from server.services.founding import NewPractice
from server.store.keys import Cost
from server.store.rows import value
from tests.people import Person, agreement_number

START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
BUILT_ON = date(2026, 2, 1)
PASSPHRASE = "tilleuls douze liège"
CHEAP = Cost(19 * 1024, 2, 1)

MARCHAL = NewPractice(
    country="BE",
    name="Kiné Delporte",
    provider_number="54900119527",
    last_name="Marchal",
    first_name="Sophie",
    phone="04/123 45 67",
    passphrase=PASSPHRASE,
    locale="fr_BE",
    demo=True,
)

LE_GOFF = replace(FRENCH_FORM, passphrase=PASSPHRASE)

DELPORTE = {
    "name": "Kiné Delporte",
    "street": "12 rue des Tilleuls",
    "postcode": "4000",
    "city": "Liège",
    "enterprise_number": "0999.900.150",
    "iban": "BE67 9990 0000 1787",
    "bic": "GKCCBEBB",
    "last_name": "Marchal",
    "first_name": "Sophie",
    "phone": "04/123 45 67",
    "conventioned": "1",
}


class FixedClock:
    """Both times, moved by hand. Each look costs a millisecond, so that keys made later sort later.

    `at` and `seconds` may be set apart, as when somebody changes the date of the machine.
    """

    def __init__(self, at: datetime = START) -> None:
        self.at = at
        self.seconds = 1_000.0

    def now(self) -> datetime:
        self.advance(milliseconds=1)
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, **by: float) -> None:
        """Let both times pass: `advance(days=1, minutes=15)`."""
        step = timedelta(**by)
        self.at += step
        self.seconds += step.total_seconds()

    def go_to(self, at: datetime) -> None:
        """Let both times pass until an instant."""
        self.advance(seconds=(at - self.at).total_seconds())


def seeded(seed: int = 1) -> Entropy:
    """Random bytes, the same for the same seed."""
    return random.Random(seed).randbytes  # noqa: S311 - tests want the same bytes each time


def open_cabinet(folder: Path, clock: FixedClock) -> Cabinet:
    """Open a practice made by `new_cabinet` for its first user."""
    cabinet = Cabinet(folder, clock, seeded(), BUILT_ON, CHEAP)
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    return cabinet


@dataclass
class World:
    """A cabinet, its clock, and short ways to do what a kiné does."""

    cabinet: Cabinet
    clock: FixedClock
    folder: Path
    ids: dict[Person, str] = field(default_factory=dict)
    series: dict[Person, str] = field(default_factory=dict)
    numbers: int = 0

    @property
    def desk(self) -> Desk:
        """A fresh desk, as each request gets."""
        return self.cabinet.desk()

    def patient(self, person: Person) -> str:
        """Open the file of a person once, insured when his mutuality is known."""
        if person not in self.ids:
            self.ids[person] = patients.create(
                self.desk,
                {
                    "last_name": person.last_name,
                    "first_name": person.first_name,
                    "niss": person.niss,
                },
            )
            if person.mutuality:
                self.insure(person)
        return self.ids[person]

    def insure(self, person: Person, **typed: str) -> None:
        """Type the insurability panel of a person."""
        form = {"mutuality": person.mutuality, "ct1": person.ct, "ct2": person.ct, **typed}
        treatments.insure(self.desk, self.ids[person], form)

    def open_series(
        self, person: Person, place: str = "HOME", *, agreed: bool = True, **typed: str
    ) -> str:
        """Open a common series of eighteen sessions, registered with the insurer or not yet."""
        today = self.desk.today
        form = {
            "category": "COMMON_1",
            "place": place,
            "start_date": today.isoformat(),
            "rx_date": (today - timedelta(days=5)).isoformat(),
            "prescriber": "19990116004",
            "prescriber_name": "Dr Anne Willems",
            "max_sessions": "18",
            **typed,
        }
        key = treatments.open_series(self.desk, self.patient(person), form)
        self.series[person] = key
        if agreed:
            self.agree(key)
        return key

    def agree(self, series: str) -> None:
        """Type an agreement number that holds for the year."""
        self.numbers += 1
        treatments.agree(
            self.desk,
            series,
            {
                "number": agreement_number(self.numbers),
                "valid_from": self.desk.today.isoformat(),
                "valid_to": f"{self.desk.today.year}-12-31",
            },
        )

    def visit(self, person: Person, **typed: str) -> str:
        """Record a session of a person's series, opened at need; return its id."""
        series = self.series.get(person) or self.open_series(person)
        return sessions.record(self.desk, series, typed)

    def seal(self, payer: str, month: str = "2026-03") -> str:
        """Seal the lot of an insurer and month; return its id."""
        return lots.seal(self.desk, payer, month).lot

    def sql(self, text: str, bindings: tuple[object, ...] = ()) -> object:
        """Read one value of the file, behind the services' back."""
        return value(self.desk.db, text, bindings)


def faults(error: KineError) -> tuple[Any, ...]:
    """The faults an error carries: (field, reason) of a form, faults of a lot."""
    found = error.facts["faults"]
    assert isinstance(found, tuple)
    return found


def furnish(cabinet: Cabinet) -> None:
    """Type the practice's own facts, without which no file can leave."""
    french = cabinet.desk().country is Country.FRANCE
    practices.amend(cabinet.desk(), FRENCH_CARD if french else DELPORTE)
