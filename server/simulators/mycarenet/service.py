"""Starting and stopping the simulator, in this process or as a process of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from server.simulators.mycarenet.clock import Clock
from server.simulators.mycarenet.config import DEFAULT_DELAYS, Config, Delays
from server.simulators.mycarenet.desk import Desk
from server.simulators.mycarenet.faults import Knobs, knobs_of_file
from server.simulators.mycarenet.hub import Hub
from server.simulators.mycarenet.listener import CHANNEL, Listener
from server.simulators.mycarenet.mailbox import Mailbox, Received


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator at work."""

    hub: Hub
    knobs: Knobs
    listener: Listener

    @property
    def url(self) -> str:
        """The base address, for the admin door."""
        host, port = self.listener.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def endpoint(self) -> str:
        """The address of the eFact channel."""
        return self.url + CHANNEL

    def received(self) -> list[Received]:
        """Every distinct file and how often it came and was processed."""
        return self.hub.mailbox.received()

    def stop(self) -> None:
        """Stop serving and close the file."""
        self.listener.stop()
        self.hub.mailbox.close()


def serve(config: Config) -> Running:
    """Start serving in threads of this process.

    Raises OSError when the port is taken, ValueError when the faults file is not understood.
    """
    knobs = Knobs(config.seed, knobs_of_file(config.faults) if config.faults else ())
    mailbox = Mailbox(config.db)
    clock = Clock(config.clock, mailbox)
    hub = Hub(config, mailbox, clock, Desk(config, mailbox, clock))
    try:
        listener = Listener((config.host, config.port), hub, knobs)
    except OSError:
        mailbox.close()
        raise
    listener.start()
    return Running(hub, knobs, listener)


def main(
    host: str = "127.0.0.1",
    port: int = 0,
    db: Path | None = None,
    unsigned: bool = False,
    faults: Path | None = None,
    seed: int = 0,
    delays: Delays = DEFAULT_DELAYS,
    ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve until interrupted; `ready` is called once with the address of the eFact channel."""
    config = Config(host, port, db, unsigned, faults, seed, delays)
    running = serve(config)
    try:
        ready(running.endpoint)
        Event().wait()
    except KeyboardInterrupt:
        return
    finally:
        running.stop()
