"""Who secures French invoices here: the simulator of a demo, a configured component, or nobody."""

from pathlib import Path

from hardware.child import command
from hardware.sesam import NoDriver, SesamProcess

SIMULATOR = "server.simulators.sesam.process"


def driver_of(component: Path | None, *, demo: bool) -> NoDriver | SesamProcess:
    """Give the driver of a practice; the caller closes it.

    A demo practice has the simulator and nothing else; a real one the component it configured,
    which is refused at its first call when it turns out to be a simulator.
    """
    if demo:
        return SesamProcess(command(SIMULATOR), demo=True)
    return SesamProcess([str(component)], demo=False) if component else NoDriver()
