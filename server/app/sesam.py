"""Who secures French invoices here: the simulator of a demo, a configured component, or nobody."""

from pathlib import Path

from hardware.child import command
from hardware.sesam import NoDriver, SesamProcess

SIMULATOR = "server.simulators.sesam.process"


def driver_of(
    component: Path | None, *, demo: bool, slot: Path | None = None
) -> NoDriver | SesamProcess:
    """Give the driver of a practice; the caller closes it.

    A demo practice has the simulator and nothing else; a real one the component it configured,
    which is refused at its first call when it turns out to be a simulator. `slot` is the file that
    is the card in the simulator's reader while it exists.
    """
    if demo:
        there = ["--slot", str(slot)] if slot else []
        return SesamProcess([*command(SIMULATOR), *there], demo=True)
    return SesamProcess([str(component)], demo=False) if component else NoDriver()
