"""`besace simulate`: partners made of code, on loopback, until stopped."""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import click


def simulate(
    names: Sequence[str],
    *,
    unsigned: bool,
    faults: Path | None,
    seed: int,
    port: int,
    db: Path | None,
) -> int:
    """Start the simulators asked for, print their addresses, run until interrupted."""
    stops: list[Callable[[], object]] = []
    try:
        if "mycarenet" in names:
            stops.append(_mycarenet(unsigned, faults, seed, port, db))
        if "card" in names:
            stops.append(_card())
    except (OSError, ValueError) as error:
        click.echo(f"Le simulateur ne démarre pas : {error}", err=True)
        return 3
    with contextlib.suppress(KeyboardInterrupt):
        Event().wait()
    for stop in stops:
        stop()
    return 0


def _mycarenet(
    unsigned: bool, faults: Path | None, seed: int, port: int, db: Path | None
) -> Callable[[], object]:
    from server.simulators.mycarenet.config import Config
    from server.simulators.mycarenet.service import serve

    running = serve(Config(port=port, db=db, unsigned=unsigned, faults=faults, seed=seed))
    click.echo(f"mycarenet {running.endpoint}")
    return running.stop


def _card() -> Callable[[], object]:
    from hardware.fake_eid import EidCard
    from hardware.vpcd import serve_card
    from server.app.demo_people import PEOPLE

    served = serve_card(EidCard(PEOPLE[0].person))
    served.insert()
    click.echo(f"card {PEOPLE[0].person.first_names} {PEOPLE[0].person.last_name}")
    return served.stop
