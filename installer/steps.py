"""The steps of `run.py test` and `run.py torture`, their floors, and the summary at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from time import monotonic

from installer.environment import Places
from installer.machine import Machine

SOURCES = ("server", "webui", "hardware", "sync")
TOOLS = ("run.py", "installer")

FLOORS = (
    ("server/core", 100),
    ("server/countries", 100),
    ("sync", 100),
)
"""Branch coverage, in percent, under which a folder fails. It only rises."""

REST_FLOOR = 85
"""The same, for everything that is not named in FLOORS."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a check, under the name the summary gives it."""

    name: str
    command: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step ended."""

    name: str
    passed: bool
    seconds: float


def test_steps(machine: Machine, places: Places, pytest_arguments: Sequence[str]) -> list[Step]:
    """Return every check, cheapest first; floors apply only when all the tests are run."""
    python = str(places.program("python"))
    checks = [
        Step("présentation", (python, "-m", "ruff", "format", "--check", ".")),
        Step("règles d'écriture", (python, "-m", "ruff", "check", ".")),
        Step("types", (python, "-m", "mypy")),
        Step("types de l'outil", (python, "-m", "mypy", "--strict", *TOOLS)),
        Step("couches", (str(places.program("lint-imports")),)),
    ]
    return [*checks, *_measured_tests(machine, python, pytest_arguments)]


POWER_CUTS = 10_000
"""Schedules of three power cuts each on one practice file, in `run.py torture`."""

OVER_SOCKETS = 1_000
"""Schedules against the simulator's process, with a sender that is killed, in `run.py torture`."""


def torture_steps(places: Places, arguments: Sequence[str]) -> list[Step]:
    """Return the long trials; words after `torture` choose drawn tests, and only these are run.

    Without words come also the power cuts, the faults of machine and line (every system call and
    every byte, not a sample), and the killed senders; `--sockets N` alone asks for so many
    schedules over sockets instead.
    """
    python = str(places.program("python"))
    match list(arguments):
        case []:
            drawn = _drawn(python, arguments)
            return [drawn, _power(python), _faults(python), _sockets(python, str(OVER_SOCKETS))]
        case ["--sockets", many]:
            return [_sockets(python, many)]
        case _:
            return [_drawn(python, arguments)]


def _power(python: str) -> Step:
    return Step("coupures de courant", (python, "-m", "tests.torture.power", str(POWER_CUTS)))


def _sockets(python: str, many: str) -> Step:
    return Step("envois interrompus", (python, "-m", "tests.torture.sockets", many))


def _drawn(python: str, pytest_arguments: Sequence[str]) -> Step:
    plugin = ("-p", "installer.torture", "--hypothesis-profile", "torture")
    command = (python, "-m", "pytest", *plugin, "-m", "hypothesis", *pytest_arguments)
    return Step("épreuve longue", command, _LONG)


def _faults(python: str) -> Step:
    command = (python, "-m", "pytest", "-s", "tests/faults")
    return Step("pannes de machine et de ligne", command, _LONG)


_LONG = {"HYPOTHESIS_PROFILE": "torture"}


ALONE = "device or alone"
"""Marks of the tests that need a thing there is one of: the card service, every processor."""

IN_MEMORY = PurePosixPath("/dev/shm")  # noqa: S108 - where Linux keeps files in memory
_ENOUGH = 6_000_000_000  # bytes: what tests leave in it at a time is a tenth of this

_SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile")


def run_steps(machine: Machine, steps: Iterable[Step]) -> list[Outcome]:
    """Run every step, also after a failure: one run tells all that is wrong."""
    return [_run_step(machine, step) for step in steps]


def summarise(machine: Machine, outcomes: Sequence[Outcome]) -> int:
    """Say one line per step and one for the whole; return the exit status."""
    machine.say("")
    for outcome in outcomes:
        verdict = "bon" if outcome.passed else "ÉCHEC"
        machine.say(f"  {outcome.name:<28} {verdict:<6} {outcome.seconds:7.1f} s")
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    machine.say("Tout est bon." if not failed else "En échec : " + ", ".join(failed) + ".")
    return 1 if failed else 0


def _run_step(machine: Machine, step: Step) -> Outcome:
    machine.say(f"— {step.name}")
    start = monotonic()
    status = machine.run(step.command, step.environ)
    return Outcome(step.name, status == 0, monotonic() - start)


def _measured_tests(machine: Machine, python: str, arguments: Sequence[str]) -> list[Step]:
    """Run pytest under coverage, also in the processes that tests start, then add up."""
    coverage = (python, "-m", "coverage")
    environ = {
        "COVERAGE_FILE": str(machine.root / ".coverage"),
        "COVERAGE_PROCESS_START": str(machine.root / "pyproject.toml"),
    }
    if machine.room(IN_MEMORY) > _ENOUGH:  # no test of ours waits for a disk to sync
        environ["PYTEST_DEBUG_TEMPROOT"] = str(IN_MEMORY)
    pytest = (*coverage, "run", "-m", "pytest")
    before = Step("mesure remise à zéro", (*coverage, "erase"))
    together = Step("mesure réunie", (*coverage, "combine", "--quiet"))
    if arguments:
        return [before, Step("tests", (*pytest, *arguments), environ), together]
    return [
        before,
        Step("tests", (*pytest, *_SIDE_BY_SIDE, "-m", f"not ({ALONE})"), environ),
        Step("tests, un à la fois", (*pytest, "-m", ALONE), environ),
        together,
        *_floor_steps(coverage),
    ]


def _floor_steps(coverage: tuple[str, ...]) -> list[Step]:
    """Return one report per floor, and one for the rest."""
    report = (*coverage, "report", "--show-missing", "--skip-covered", "--precision=1")
    named = [
        Step(
            f"couverture {folder} ≥ {floor} %",
            (*report, f"--include={folder}/*", f"--fail-under={floor}"),
        )
        for folder, floor in FLOORS
    ]
    others = ",".join(f"{folder}/*" for folder, _ in FLOORS)
    rest = (*report, f"--omit={others}", f"--fail-under={REST_FLOOR}")
    return [*named, Step(f"couverture du reste ≥ {REST_FLOOR} %", rest)]
