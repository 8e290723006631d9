"""What runs beside an open practice of France: rights read, invoices signed, tables taken in."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from server.core.country import Country
from server.core.rights import Right
from server.services.cabinet import Cabinet

if TYPE_CHECKING:
    from server.app.rights_reading import RightsReading
    from server.app.signing import Signing
    from server.app.tables import Tables
    from server.core.sesam import SesamDriver


_Tell = Callable[[str, str], None]


class FrenchBeside:
    """Made at unlock for who is at work, stopped at lock; nothing of it exists elsewhere.

    `rights` and `signing` need a component; each is for who may do what it does.
    """

    def __init__(
        self, cabinet: Cabinet, component: "SesamDriver | None",
        tell: _Tell, wake: Callable[[], None],
    ) -> None:  # fmt: skip
        """`tell` publishes that something moved; `wake` lets what was queued leave."""
        desk = cabinet.desk()
        may, french = desk.user.may, desk.country is Country.FRANCE
        self.rights: RightsReading | None = None
        self.signing: Signing | None = None
        if component is not None and may(Right.PATIENTS):
            self.rights = _reading(cabinet, component, tell, simulated=desk.practice.demo)
        if component is not None and french and may(Right.BILLING):
            self.signing = _signing(cabinet, component, tell, wake, simulated=desk.practice.demo)
        self.tables = _tables(cabinet, tell) if french and may(Right.SETTINGS) else None

    def stop(self) -> None:
        """Let what is under way end, briefly."""
        if self.tables is not None:
            self.tables.close()
        if self.signing is not None:
            self.signing.stop()
        if self.rights is not None:
            self.rights.stop()


def _reading(
    cabinet: Cabinet, component: "SesamDriver", tell: _Tell, *, simulated: bool
) -> "RightsReading":
    from server.app.rights_reading import RightsReading  # only now: a page never needs it

    return RightsReading(cabinet, component, tell, simulated=simulated)


def _signing(
    cabinet: Cabinet, component: "SesamDriver", tell: _Tell, wake: Callable[[], None], *,
    simulated: bool,
) -> "Signing":  # fmt: skip
    from server.app.signing import Signing

    return Signing(cabinet, component, tell, wake, simulated=simulated)


def _tables(cabinet: Cabinet, tell: _Tell) -> "Tables":
    from server.app.tables import Tables

    return Tables(cabinet, tell)
