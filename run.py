"""Set up Besace on this machine, then open the demo practice or run a developer's check.

    python3 run.py                 prepare, then open the fabricated practice
    python3 run.py test [...]      prepare, then every check; extra words go to pytest
    python3 run.py torture [...]   the long trials: drawn tests, power cuts, killed senders
    python3 run.py audit           forbidden constructs, security rules, licences, known weaknesses
    python3 run.py package         build the wheel and look into it

Nothing but Python 3.11 or newer is needed: only the standard library is used here.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - says it in a sentence, before any import fails
    sys.exit("Besace demande Python 3.11 ou plus récent.")

from collections.abc import Callable, Sequence
from pathlib import Path

from installer import steps, wheel
from installer.environment import Places
from installer.machine import Machine, ThisMachine
from installer.setup import prepare

USAGE = 2
NOT_READY = 3


def main(arguments: Sequence[str]) -> int:
    """Choose what to do from the first word; return the exit status of `cli.md`."""
    machine = ThisMachine(Path(__file__).resolve().parent)
    if arguments and arguments[0] in ("-h", "--help"):
        machine.say(__doc__ or "")
        return 0
    if not arguments or arguments[0].startswith("-"):
        return open_demo(machine, arguments)
    check = CHECKS.get(arguments[0])
    if check is None:
        machine.say(f"« {arguments[0]} » n'est pas une commande : {', '.join(CHECKS)}, ou rien.")
        return USAGE
    places = prepare(machine, dev=True)
    return check(machine, places, arguments[1:]) if places else NOT_READY


def open_demo(machine: Machine, options: Sequence[str]) -> int:
    """Prepare the product, then become the demo; its options are those of `besace demo`."""
    places = prepare(machine, dev=False)
    if places is None:
        return NOT_READY
    return machine.become([str(places.program("besace")), "demo", *options])


def test(machine: Machine, places: Places, arguments: Sequence[str]) -> int:
    """Run every check and say which failed."""
    outcomes = steps.run_steps(machine, steps.test_steps(machine, places, arguments))
    return steps.summarise(machine, outcomes)


def torture(machine: Machine, places: Places, arguments: Sequence[str]) -> int:
    """Run the long trials."""
    outcomes = steps.run_steps(machine, steps.torture_steps(places, arguments))
    return steps.summarise(machine, outcomes)


def audit(machine: Machine, places: Places, arguments: Sequence[str]) -> int:
    """Look for what must not be there; the looking is done inside the environment."""
    return machine.run([str(places.program("python")), "-m", "installer.audit", *arguments])


def package(machine: Machine, places: Places, arguments: Sequence[str]) -> int:
    """Build the wheel, check what is in it, and start the program it holds."""
    return wheel.build_and_check(machine, places)


CHECKS: dict[str, Callable[[Machine, Places, Sequence[str]], int]] = {
    "test": test,
    "torture": torture,
    "audit": audit,
    "package": package,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
