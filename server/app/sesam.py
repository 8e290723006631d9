"""Who secures French invoices here: the simulator of a demo, a configured component, or nobody."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from hardware.child import command
from hardware.sesam import NoDriver, SesamProcess

SIMULATOR = "server.simulators.sesam.process"


class DemoReader(SesamProcess):
    """The simulator in the time of a demo, which may run ahead of the machine's."""

    def __init__(self, asked: Sequence[str], now: Callable[[], datetime]) -> None:
        """`now` is the clock of the demo."""
        super().__init__(asked, demo=True)
        self._now = now

    def clock(self) -> datetime:
        """Say what the reader shows: the time of the demo, once the component answered at all."""
        super().clock()
        return self._now()


def driver_of(
    component: Path | None, *, demo: bool, slot: Path | None = None,
    now: Callable[[], datetime] | None = None,
) -> NoDriver | SesamProcess:  # fmt: skip
    """Give the driver of a practice; the caller closes it.

    A demo practice has the simulator and nothing else; a real one the component it configured,
    which is refused at its first call when it turns out to be a simulator. `slot` is the file that
    is the card in the simulator's reader while it exists, `now` the clock of a demo of its own.
    """
    if demo:
        asked = [*command(SIMULATOR), *(["--slot", str(slot)] if slot else [])]
        return DemoReader(asked, now) if now else SesamProcess(asked, demo=True)
    return SesamProcess([str(component)], demo=False) if component else NoDriver()
