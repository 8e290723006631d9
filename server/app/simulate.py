"""`besace simulate`: partners made of code, on loopback, until stopped."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeAlias

import click

from server.app.sentences import Speech
from server.app.stops import interrupt, on_stop
from sync.outbound import THIS_PROCESS, Host

if TYPE_CHECKING:
    from hardware.fake_person import Person
    from hardware.fakes import EmulatedCard

_REFILL_SECONDS = 5.0  # after which the scanner made of code finds sheets in its feeder again
_PAGES_A_MINUTE = 20.0
_RETURN_AFTER = timedelta(seconds=10)  # a return of a caisse made of code
_VIRTUAL_READER = ("127.0.0.1", 35963)  # where the driver of `vsmartcard-vpcd` listens


Address: TypeAlias = str | Mapping[str, str]
"""Where a simulator answers; with several doors, the first by the name "address"."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a run of the simulators was asked for."""

    names: Sequence[str]
    unsigned: bool = False
    faults: Path | None = None
    seed: int = 0
    port: int = 0
    db: Path | None = None
    while_fed: bool = False
    """Live only as long as standard input stays open: a demo that dies takes its partners along."""

    delays: tuple[float, float, float, float] | None = None
    """Seconds from a post to TAck, receipt, verdict and settlement; the simulator's own if None."""

    duplicates: str = "same-tack"
    """What the platform does with a reference it already holds: a value of its `Duplicates`."""

    cards: Sequence[str] = ("eid",)
    """Cards of the virtual reader, one per slot: "vitale", "cps", or of `hardware.fake_kinds`."""

    mail_ports: tuple[int, int] = (0, 0)
    """Ports of the French front-end: SMTP, POP3."""

    tables: Sequence[Path] = ()
    """Tables of conventions that the front-end sends to whoever sends something."""


def simulate(asked: Simulation, speech: Speech) -> int:
    """Start the simulators asked for, print their addresses, run until interrupted."""
    ended = Event()
    on_stop(interrupt)
    with ExitStack() as running:
        try:
            for name in dict.fromkeys(asked.names):
                address, stop = _START[name](asked, speech)
                running.callback(stop)
                _print_address(name, address, speech)
        except (OSError, ValueError) as error:
            speech.warn("cli.simulate.failed", why=str(error))
            return 3
        if asked.while_fed:
            Thread(target=_end_with_input, args=(ended,), daemon=True).start()
        ended.wait()
    return 0


def _my_care_net(asked: Simulation, speech: Speech) -> tuple[str, Callable[[], object]]:
    from server.simulators.mycarenet.config import DEFAULT_DELAYS, Config, Delays, Duplicates
    from server.simulators.mycarenet.service import serve

    if not asked.unsigned:
        speech.warn("cli.simulate.signed_only")
    running = serve(
        Config(
            port=asked.port, db=asked.db, unsigned=asked.unsigned, faults=asked.faults,
            seed=asked.seed, delays=Delays(*asked.delays) if asked.delays else DEFAULT_DELAYS,
            duplicates=Duplicates(asked.duplicates),
        )
    )  # fmt: skip
    return running.endpoint, running.stop


def _card(asked: Simulation, speech: Speech) -> tuple[str, Callable[[], object]]:
    from hardware.vpcd import serve_card

    host, first = _VIRTUAL_READER
    cards = [_fabricated(kind, asked.faults, speech) for kind in asked.cards]
    slots = ExitStack()
    for place, card in enumerate(cards):
        THIS_PROCESS.allow(Host(host, first + place, "card"))
        try:
            slots.callback(serve_card(card, host, first + place).stop)
        except OSError:
            slots.close()
            raise OSError(speech.catalogue.say("cli.simulate.no_virtual_reader")) from None
    ports = ",".join(str(first + place) for place in range(len(asked.cards)))
    return f"vpcd://{host}:{ports}", slots.close


def _fabricated(kind: str, faults: Path | None, speech: Speech) -> "EmulatedCard":
    """Make a card of somebody who does not exist, with the faults it is to have."""
    from hardware.fake_eid import EidCard
    from hardware.fake_kinds import KINDS
    from hardware.fake_vitale import CpsSlot, OnCard, VitaleCard
    from hardware.fakes import Faults, FaultyCard
    from server.app.demo_people import PEOPLE

    father = OnCard("MARTIN", "LOÏC", "19700701", "170076799990730")
    family = [father, OnCard("MARTIN", "MAËL", "20151401", father.nir)]
    kinds: Mapping[str, Callable[[Person], EmulatedCard]] = {
        "eid": EidCard, "vitale": lambda _: VitaleCard(family), "cps": lambda _: CpsSlot(), **KINDS,
    }  # fmt: skip
    if kind not in kinds:
        known = ", ".join(kinds)
        raise ValueError(speech.catalogue.say("cli.simulate.no_card", card=kind, known=known))
    card = kinds[kind](PEOPLE[0].person)
    return FaultyCard(card, Faults.read(faults.read_bytes())) if faults else card


def _scanner(asked: Simulation, speech: Speech) -> tuple[str, Callable[[], object]]:
    from server.simulators.scanner.machine import Machine, Setting
    from server.simulators.scanner.service import serve

    setting = Setting(refill=_REFILL_SECONDS, pages_per_minute=_PAGES_A_MINUTE)
    if asked.faults:
        setting = Setting.read(asked.faults.read_bytes())
    running = serve(Machine(replace(setting, seed=asked.seed)), asked.port)
    return running.endpoint, running.stop


def _sesam(asked: Simulation, speech: Speech) -> tuple[Address, Callable[[], object]]:
    """Start the online services of France, and the front-end that shares their clock."""
    from server.simulators.sesam.front import service as front
    from server.simulators.sesam.front.answers import Table
    from server.simulators.sesam.front.desk import Delays
    from server.simulators.sesam.front.orders import orders
    from server.simulators.sesam.online.service import Config, serve

    with ExitStack() as started:
        running = serve(Config(port=asked.port, seed=asked.seed, faults=asked.faults))
        started.callback(running.stop)
        smtp, pop = asked.mail_ports
        post = front.serve(
            front.Config(
                smtp_port=smtp, pop_port=pop, seed=asked.seed, clock=running.clock.now,
                delays=Delays(payment=_RETURN_AFTER),
            )
        )  # fmt: skip
        started.callback(post.stop)
        for table in asked.tables:
            post.admin.give(Table(table.name, table.read_bytes()))
        running.listener.further = orders(post.admin)
        stop = started.pop_all().close
    doors = {"address": running.endpoint, "smtp": post.smtp_address, "pop3": post.pop_address}
    return doors, stop


_Start: TypeAlias = Callable[[Simulation, Speech], tuple[Address, Callable[[], object]]]
_START: Mapping[str, _Start] = {
    "mycarenet": _my_care_net, "sesam": _sesam, "card": _card, "scanner": _scanner,
}  # fmt: skip


def _print_address(name: str, address: Address, speech: Speech) -> None:
    doors = {"address": address} if isinstance(address, str) else address
    if speech.as_json:
        click.echo(speech.json(name=name, **doors))
        return
    for door in doors.values():
        click.echo(f"{name} {door}")


def _end_with_input(ended: Event) -> None:
    sys.stdin.read()
    ended.set()
