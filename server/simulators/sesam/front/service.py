"""Starting and stopping the simulated front-end of télétransmission."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.simulators.sesam.front.answers import Table
from server.simulators.sesam.front.boxes import Held
from server.simulators.sesam.front.desk import Delays, Desk
from server.simulators.sesam.front.pop import PopDoor
from server.simulators.sesam.front.scenario import ANY, Fate, Scenario, Scenarios
from server.simulators.sesam.front.smtp import Break, SmtpDoor

PASSWORD = "simule"  # noqa: S105 - of boxes made of code
"""Opens every box."""


AT_ONCE = Delays()


def _system_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Config:
    """Where to listen and how to behave; a seed other than 0 draws scenarios by itself."""

    host: str = "127.0.0.1"
    smtp_port: int = 0
    pop_port: int = 0
    password: str = PASSWORD
    seed: int = 0
    delays: Delays = AT_ONCE
    clock: Callable[[], datetime] = _system_time


@dataclass(frozen=True, slots=True)
class Admin:
    """What a tester does to a front-end at work."""

    desk: Desk
    door: SmtpDoor

    def set(self, scenario: Scenario, sender: str = ANY, recipient: str = ANY) -> None:
        """Set what happens to what a billing number sends to a receiver's address."""
        self.desk.scenarios.set(scenario, sender, recipient)

    def set_invoice(self, number: int, fate: Fate, origin: str = ANY) -> None:
        """Set what one payer ("AMO", "AMC"), or each, makes of one invoice."""
        self.desk.scenarios.set_invoice(number, fate, origin)

    def break_next(self, *breaks: Break) -> None:
        """Break the lines of the next mails."""
        self.door.break_next(*breaks)

    def put(self, account: str, raw: bytes) -> None:
        """Put any message into a box."""
        self.desk.put(account, raw)

    def give(self, table: Table) -> None:
        """Give a table of conventions to whoever sends from now on, once each."""
        self.desk.tables.append(table)

    def heal(self) -> None:
        """Give every message whole from now on."""
        self.desk.heal()

    def box(self, account: str) -> Sequence[Held]:
        """Show what lies in a box now."""
        return self.desk.box(account)

    def accepted(self) -> Sequence[int]:
        """Tell how often each document was accepted in a good lot: once, or something is wrong."""
        return list(self.desk.books.times_accepted.values())


@dataclass(frozen=True, slots=True)
class Running:
    """A front-end at work."""

    desk: Desk
    smtp: SmtpDoor
    pop: PopDoor
    host: str

    @property
    def admin(self) -> Admin:
        """What a tester does to it."""
        return Admin(self.desk, self.smtp)

    @property
    def smtp_address(self) -> str:
        """Where mails are taken."""
        return f"smtp://{self.host}:{self.smtp.port}"

    @property
    def pop_address(self) -> str:
        """Where answers wait."""
        return f"pop3://{self.host}:{self.pop.port}"

    def stop(self) -> None:
        """Stop serving."""
        self.smtp.stop()
        self.pop.stop()


def serve(config: Config) -> Running:
    """Start serving in threads of this process; raises OSError when a port is taken."""
    desk = Desk(config.clock, Scenarios(config.seed), config.delays)
    pop = PopDoor((config.host, config.pop_port), desk, config.password)
    try:
        smtp = SmtpDoor((config.host, config.smtp_port), desk)
    except OSError:
        pop.server_close()
        raise
    smtp.start()
    pop.start()
    return Running(desk, smtp, pop, config.host)
