"""A practice of France at its screens, with the simulated component signing behind them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from server.core.sesam import Mode
from server.services import complementaries
from server.services.desk import Desk as WorkDesk
from tests.app.signing_office import SigningOffice, signing_office
from tests.app.waiting import until
from tests.countries.france.tables import line
from tests.france import MARCHAND
from tests.services.test_convention_import import taken
from tests.services.test_french_billing import BOTH, TI_DOUE, covered, printed
from tests.services.test_french_care import given, opened
from tests.webui.shop import Shop
from tests.world import World


class Counter:
    """The screens and the office behind them, with one patient who comes again and again."""

    def __init__(self, shop: Shop, office: SigningOffice) -> None:
        self.shop = shop
        self.office = office
        world = office.world
        complementaries.create(world.desk, TI_DOUE)
        row = line("799900010", "OC", "", routing="OC", host="999", domain="giesv.rss.fr")
        taken(world, [row])
        self.patient = covered(world, MARCHAND, "0799900010")
        printed(world, self.patient, heading="AUXM", formula_code="052")
        self.series = opened(world, self.patient, start_date="2026-02-20", rx_date="2026-02-18")
        shop.rooms.signing = office.signing

    def billed(self, ticks: Mapping[str, str] = BOTH) -> str:
        """One session, decided: unless told, both parts are asked of their payers."""
        world = self.office.world
        return given(world, self.series, world.desk.today, billing="1", **ticks)

    def signed(self, ticks: Mapping[str, str] = BOTH, mode: Mode = Mode.BOTH_CARDS) -> str:
        session = self.billed(ticks)
        assert self.office.sign(session, mode) == ""
        return session

    def twice_refused(self, ticks: Mapping[str, str] = BOTH) -> str:
        """A session whose FSE two lots in a row could not bring; return its FSE."""
        session = self.signed(ticks)
        for _ in range(2):
            assert self.office.batch() == ""
            self.office.run()
            sheets = [lot for lot in self.office.lots if lot.kind == "FSE"]
            self.office.acknowledge(sheets[-1], positive=False, reason="LOT ILLISIBLE")
        return self.office.documents(session)[0].id

    def undecided(self) -> str:
        """A session whose billing nobody decided."""
        world = self.office.world
        return given(world, self.series, world.desk.today)

    def settled(self) -> None:
        """Wait until the component is done."""
        until(lambda: not self.office.signing.state.running)

    def make_real(self) -> None:
        """Show the screens what a practice that is no demonstration sees."""
        rooms, world = self.shop.rooms, self.office.world

        def desk() -> WorkDesk:
            held = world.desk
            return replace(held, practice=replace(held.practice, demo=False), fresh=True)

        rooms.desk = desk  # type: ignore[method-assign]  # one practice of a test

    def page(self, path: str) -> str:
        return plain(self.shop.get(path))

    def sent(self, path: str, **form: str) -> str:
        return plain(self.shop.follow(path, **form))


def plain(page: str) -> str:
    """The page with plain spaces before what French typography keeps close."""
    return page.replace("\u00a0", " ")


@contextmanager
def counter(world: World, folder: Path) -> Iterator[Counter]:
    """Open the screens on 10 March 2026."""
    world.clock.advance(days=8)
    with signing_office(world, folder) as office:
        yield Counter(Shop(world), office)
