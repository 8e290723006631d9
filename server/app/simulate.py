"""`besace simulate`: partners made of code, on loopback, until stopped."""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread

import click

from server.app.sentences import Speech
from server.app.stops import interrupt, on_stop
from sync.outbound import THIS_PROCESS, Host

_REFILL_SECONDS = 5.0  # after which the scanner made of code finds sheets in its feeder again
_PAGES_A_MINUTE = 20.0
_VIRTUAL_READER = ("127.0.0.1", 35963)  # where the driver of `vsmartcard-vpcd` listens


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

    card: str = "eid-1.8"
    """Which fabricated card lies in the virtual reader: a name of `hardware.fake_kinds`."""


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
    from hardware.fake_kinds import KINDS
    from hardware.fakes import Faults, FaultyCard
    from hardware.vpcd import serve_card
    from server.app.demo_people import PEOPLE

    if asked.card not in KINDS:
        known = ", ".join(KINDS)
        raise ValueError(speech.catalogue.say("cli.simulate.no_card", card=asked.card, known=known))
    card = KINDS[asked.card](PEOPLE[0].person)
    if asked.faults:
        card = FaultyCard(card, Faults.read(asked.faults.read_bytes()))
    host, port = _VIRTUAL_READER
    THIS_PROCESS.allow(Host(host, port, "card"))
    try:
        served = serve_card(card, host, port)
    except OSError:
        raise OSError(speech.catalogue.say("cli.simulate.no_virtual_reader")) from None
    return f"vpcd://{host}:{port}", served.stop


def _scanner(asked: Simulation, speech: Speech) -> tuple[str, Callable[[], object]]:
    from server.simulators.scanner.machine import Machine, Setting
    from server.simulators.scanner.service import serve

    setting = Setting(refill=_REFILL_SECONDS, pages_per_minute=_PAGES_A_MINUTE)
    if asked.faults:
        setting = Setting.read(asked.faults.read_bytes())
    running = serve(Machine(replace(setting, seed=asked.seed)), asked.port)
    return running.endpoint, running.stop


_START = {"mycarenet": _my_care_net, "card": _card, "scanner": _scanner}


def _print_address(name: str, address: str, speech: Speech) -> None:
    click.echo(speech.json(name=name, address=address) if speech.as_json else f"{name} {address}")


def _end_with_input(ended: Event) -> None:
    sys.stdin.read()
    ended.set()
