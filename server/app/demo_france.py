"""The demo practice of France: a fabricated Breton practice, its people and their Vitale cards."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from hardware.fake_vitale import CpsSlot, VitaleCard
from hardware.fakes import EmulatedCard
from server.app import reference
from server.app.child_simulator import ChildSimulator
from server.app.clocks import ShiftedClock
from server.app.demo_france_cards import serialised
from server.app.demo_france_people import (
    CHILD,
    MEYER,
    NEW,
    PEOPLE,
    WITHOUT_VITALE,
    FrenchPerson,
)
from server.app.demo_france_work import furnish, newer_table
from server.app.demo_practice import PASSPHRASE
from server.app.demo_toys import CHEAP, Toys
from server.app.program import Program
from server.app.sesam import driver_of
from server.app.ways import MailRoute
from server.services import patients, practices
from server.services.cabinet import Cabinet
from server.services.doorstep import REFERENCE
from server.services.founding import NewPractice
from server.settings import Settings
from server.simulators.sesam.cards import parse
from server.simulators.sesam.front.service import PASSWORD
from server.simulators.sesam.phone import show
from sync.mailbox import Door
from sync.transports.smtp_line import SmtpDoor

_OUR_ADDRESS = "fse@besace.invalid"

FORM = NewPractice(
    country="FR",
    name="Cabinet Arvor",
    provider_number="10009999904",
    billing_number="297000010",
    last_name="Le Goff",
    first_name="Maël",
    phone="02 98 00 00 00",
    passphrase=PASSPHRASE,
    locale="fr_FR",
    demo=True,
)
CARD = {
    "name": "Cabinet Arvor",
    "street": "3 rue des Mouettes",
    "postcode": "29000",
    "city": "Quimper",
    "enterprise_number": "99999999900017",
    "iban": "FR7630006000011234567890189",
    "last_name": "Le Goff",
    "first_name": "Maël",
    "phone": "02 98 00 00 00",
    "conventioned": "1",
    "billing_number": "297000010",
    "territory": "METROPOLE",
    "ik_zone": "PLAIN",
}
"""What is written on the door, typed by its holder; every number is fabricated [T]."""

_SHOWN = timedelta(minutes=5)
"""How long the code on an invented phone is good."""


class FrenchDemo(Toys):
    """The demo practice of France: cards on the desk, and online services made of code."""

    def __init__(
        self, folder: Path, clock: ShiftedClock | None = None, *, furnished: bool = False
    ) -> None:
        """`folder` is empty; `furnished` puts in what a morning finds, not the people alone."""
        super().__init__(clock)
        self._with_work = furnished
        self._pile = _pile()
        self._slot = folder / "vitale.card"  # what the simulated component finds in its reader
        self.component = driver_of(None, demo=True, slot=self._slot, now=self.clock.now)
        self.services = ChildSimulator("sesam")
        try:
            self.services.set_clock(self.clock.now())
            self.program = self._furnished(folder)
        except BaseException:
            self.end()
            raise

    def cards(self) -> Sequence[tuple[str, str]]:
        """Return the cards lying on the desk: (number in the pile, name printed)."""
        return [(str(number), name) for number, (name, *_) in enumerate(self._pile)]

    def insert(self, card: str) -> None:
        """Put a card into the reader."""
        _, chip, people = self._pile[int(card)]
        self._take_out()
        if people:
            self._slot.write_bytes(serialised(people))
        self.reader.insert(chip)

    def phone(self, nir: str) -> bytes:
        """Give what the Vitale app of an invented person shows, good for some minutes."""
        piled = (people for *_, people in self._pile if people and people[0].nir == nir)
        people = next(piled, None)
        if people is None:
            return b""
        return show(parse(serialised(people)), self.clock.now() + _SHOWN)

    def remove(self) -> None:
        """Take the card out."""
        self._take_out()
        super().remove()

    def end(self) -> None:
        """End the simulated component and the simulated services."""
        self.component.close()
        self.services.stop()

    def elsewhere(self, by: timedelta) -> None:
        """Let as much time pass at the services."""
        self.services.advance(by)

    def _mail(self) -> MailRoute | None:
        """Give the way of files to the simulated front-end, and of its answers."""
        doors = self.services.doors
        if not doors:
            return None
        box = urlsplit(doors["pop3"])
        return MailRoute(
            SmtpDoor.parse(doors["smtp"]), Door(str(box.hostname), int(box.port or 0), tls=False),
            _OUR_ADDRESS, PASSWORD,
        )  # fmt: skip

    def _take_out(self) -> None:
        self._slot.unlink(missing_ok=True)

    def _furnished(self, folder: Path) -> Program:
        settings = Settings(folder / "cabinet", endpoint=self.services.endpoint)
        settings.practice.mkdir(mode=0o700)
        reference.build(settings.practice / REFERENCE, demo=True)
        program = Program(
            settings, self.clock, scard=self.reader.scard, cable=self.cable, cost=CHEAP,
            demo=self, component=self.component, mail=self._mail(),
        )  # fmt: skip
        fill(program.cabinet)
        if self._with_work:
            furnish(program.cabinet)
            self.services.give_table(*newer_table(program.cabinet.desk().today))
        program.cabinet.lock()
        return program


def fill(cabinet: Cabinet) -> None:
    """Make the practice, open it, and put in its people; the cabinet is left open."""
    cabinet.create(FORM)
    cabinet.prove()
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    practices.amend(cabinet.desk(), CARD)
    for person in PEOPLE:
        patients.create(cabinet.desk(), person.form)


_OnDesk = tuple[str, EmulatedCard, Sequence[FrenchPerson]]


def _pile() -> Sequence[_OnDesk]:
    """Give the cards that lie on the desk: of each patient, of a stranger, and the kiné's own."""
    alone = [p for p in (*PEOPLE, NEW) if p not in (*WITHOUT_VITALE, MEYER)]
    cards: list[_OnDesk] = [
        (f"{p.first_name} {p.last_name}", VitaleCard([p.on_card]), (p,)) for p in alone
    ]
    family = VitaleCard([MEYER.on_card, CHILD.on_card])
    cards.append(("Louis et Jade Meyer", family, (MEYER, CHILD)))
    cards.append(("Maël Le Goff (CPS)", CpsSlot(), ()))
    return cards
