"""One schedule: seal and send while everything breaks, then let it all be good, then judge."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from server.core.outbox import FINAL, MessageState
from server.core.states import LotState
from server.services import waiting
from server.store import claims, journal, post
from tests.torture.machine import Machine
from tests.torture.recipe import Recipe
from tests.torture.senders import DEAF, OURS
from tests.torture.template import Template

MOST_ROUNDS = 60
_DAY_SECONDS = 26 * 3600.0
_ARRIVED = frozenset({LotState.PARTLY_SETTLED, LotState.SETTLED})


@dataclass
class Result:
    """What became of one schedule."""

    seed: int
    lots: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)  # without a reason on a screen
    waiting: list[str] = field(default_factory=list)  # for a person, with the reason on a screen
    broken: list[str] = field(default_factory=list)  # file, journal, bytes, numbers
    faults: int = 0
    after_body: int = 0
    deaths: int = 0
    kinds: Counter[str] = field(default_factory=Counter)  # faults by call and name

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.stuck or self.broken)


def play(
    template: Template,
    seed: int,
    sender: str = OURS,
    told: Callable[[str], None] = lambda _: None,
) -> Result:
    """Play the schedule of a seed and judge it."""
    recipe = Recipe.of(seed, template.drafts)
    machine = Machine(template, recipe, sender, told)
    try:
        _break(machine, recipe, told)
        machine.end_of_faults()
        recover(machine, recipe, told)
        return judge(machine, sender)
    finally:
        machine.put_away()


def _break(machine: Machine, recipe: Recipe, told: Callable[[str], None]) -> None:
    """Faults last: each round seals what is ready by then, runs the post, and lets time pass."""
    for number, pause in enumerate(recipe.pauses):
        told(f"round {number}")
        if recipe.clock_jump is not None:
            at, ahead = recipe.clock_jump
            if number in (at, at + 2):
                machine.set_clock_ahead(ahead if number == at else 0.0)
        for lot in recipe.lots[: 1 + number]:
            machine.live(partial(machine.seal, *lot))
        machine.hub.must_strike = machine.deaths == 0
        machine.live(machine.run)
        machine.pass_time(pause)


def recover(machine: Machine, recipe: Recipe, told: Callable[[str], None]) -> None:
    """All is good and time passes, until nothing more happens by itself."""
    for number in range(MOST_ROUNDS):
        told(f"good round {number}")
        machine.press_what_can_be_pressed()
        for lot in recipe.lots:
            machine.seal(*lot)
        machine.run()
        if machine.is_settled():
            return
        machine.pass_time(_DAY_SECONDS if number % 8 == 7 else machine.seconds_to_wait())


def judge(machine: Machine, sender: str) -> Result:
    """Compare what the partner holds with what the disk says, after one more start."""
    machine.restart()
    struck = machine.hub.struck
    result = Result(
        machine.recipe.seed,
        lots=len(machine.recipe.lots),
        faults=len(struck) + machine.power_cuts + machine.clock_jumps,
        after_body=sum(fault.body_left for fault in struck),
        deaths=machine.deaths,
        kinds=Counter(f"{fault.call}: {fault.name}" for fault in struck),
    )
    result.kinds["power: cut at a sync"] += machine.power_cuts
    result.kinds["clock: set ahead"] += machine.clock_jumps
    rows = {row.reference: row for row in machine.messages()}
    _judge_lots(machine, rows, result, hears=sender not in DEAF)
    result.lost += _broken_promises(machine, rows)
    result.broken += _strangers(machine, rows)
    result.broken += _damage(machine)
    return result


def _judge_lots(
    machine: Machine, rows: dict[str, post.Row], result: Result, *, hears: bool
) -> None:
    desk = machine.cabinet.desk()
    shown = {x.message.reference: x.message for x in waiting.messages(desk)}
    for reference, row in rows.items():
        times = machine.hub.books.processed[reference]
        lot = claims.lot(desk.db, row.lot or "")
        if times > 1:
            result.doubled.append(f"{reference}: processed {times} times, {row.state}")
        if row.state not in FINAL:
            seen = reference in shown and _has_words(shown[reference])
            where = result.waiting if seen else result.stuck
            where.append(f"{reference}: {row.state} {row.reason}")
        elif times == 0:
            result.lost.append(f"{reference}: {row.state}, never processed")
        elif hears and (lot is None or lot.state not in _ARRIVED):
            result.stuck.append(f"{reference}: lot {lot.state if lot else 'gone'}, all answered")
    for act, times in machine.hub.books.acts.items():
        if times > 1 and not result.doubled:
            result.doubled.append(f"act {act.strip()}: billed {times} times")


def _has_words(row: post.Row) -> bool:
    """Whether the screen of the connection says why, and what comes next."""
    return row.state is not MessageState.LEASED and bool(row.reason or row.next_try)


def _broken_promises(machine: Machine, rows: dict[str, post.Row]) -> Iterator[str]:
    """Find lots the screen said were sealed and the disk does not hold."""
    for promise in machine.promises.values():
        row = rows.get(promise.reference)
        lot = claims.lot(machine.cabinet.desk().db, promise.lot)
        if row is None or lot is None or lot.number != promise.number:
            yield f"{promise.reference}: sealed, said so, and gone"


def _strangers(machine: Machine, rows: dict[str, post.Row]) -> Iterator[str]:
    """Find what the partner holds and we do not know, or holds with other bytes."""
    for reference, digests in machine.hub.books.bytes_of.items():
        row = rows.get(reference)
        if row is None:
            yield f"{reference}: processed, and not on the disk"
        elif digests != {row.sha256}:
            yield f"{reference}: other bytes arrived than were sealed"


def _damage(machine: Machine) -> Iterator[str]:
    """Check the file, the journal, and that every number was given once."""
    desk = machine.cabinet.desk()
    found = desk.db.pragma("quick_check")
    if found != "ok":
        yield f"quick_check: {found}"
    for flaw in journal.flaws(desk.db, desk.stamp.mac_key):
        yield f"journal {flaw.device} {flaw.seq}: {flaw.reason}"
    given = [(lot.payer, lot.year, lot.number) for lot in claims.lots(desk.db)]
    if len(given) != len(set(given)):
        yield "a number was given twice"
