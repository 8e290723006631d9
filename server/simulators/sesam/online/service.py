"""Starting and stopping the simulated online services of France."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from server.simulators.sesam.online.desk import Clock, Desk, Received
from server.simulators.sesam.online.faults import DRAWN, Faults, faults_of_file
from server.simulators.sesam.online.listener import CHANNEL, Listener


def _system_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Config:
    """Where to listen and how to behave.

    A seed other than 0 draws refusals, contradictions and broken lines by itself; a file of faults
    says exactly which. Without either, every answer is what the books say.
    """

    host: str = "127.0.0.1"
    port: int = 0
    seed: int = 0
    faults: Path | None = None
    clock: Callable[[], datetime] = _system_time


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator at work."""

    desk: Desk
    faults: Faults
    clock: Clock
    listener: Listener

    @property
    def url(self) -> str:
        """The base address, for the tester's door."""
        host, port = self.listener.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def endpoint(self) -> str:
        """The address the services hang under."""
        return self.url + CHANNEL

    def received(self) -> Sequence[Received]:
        """Every distinct request, and how often it came and was processed."""
        return self.desk.received()

    def stop(self) -> None:
        """Stop serving."""
        self.listener.stop()


def serve(config: Config) -> Running:
    """Start serving in threads of this process.

    Raises OSError when the port is taken, ValueError when the faults file is not understood.
    """
    drawn = DRAWN if config.seed else ()
    known = faults_of_file(config.faults) if config.faults else drawn
    desk, faults, clock = Desk(), Faults(config.seed, known), Clock(config.clock)
    listener = Listener((config.host, config.port), desk, faults, clock)
    listener.start()
    return Running(desk, faults, clock, listener)
