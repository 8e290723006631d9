"""The set-up as one act: from a bare checkout to an environment in which Besace runs."""

from __future__ import annotations

from installer import system_packages
from installer.environment import Places, build, found_stamp, wanted_stamp
from installer.interpreter import choose
from installer.machine import Machine, System


def prepare(machine: Machine, *, dev: bool) -> Places | None:
    """Return the places of a ready environment, building it when needed; None after a failure.

    The sentence that explains a failure has then been said.
    """
    places = Places.of(machine.root, machine.system)
    if _is_ready(machine, places, dev=dev):
        return places
    extra = system_packages.TESTS if dev else ()
    system_packages.provide(machine, (*system_packages.PRODUCT, *extra))
    base = choose(machine)
    if base is None:
        machine.say("Il faut Python 3.11 ou plus récent, avec son module venv (python3-venv).")
        return None
    machine.say(f"Préparation de l'environnement avec {base.executable} : une à deux minutes…")
    if not build(machine, places, base, dev=dev):
        machine.say(
            "L'installation n'est pas allée au bout (la ligne est-elle là ?)."
            " Relancez la même commande : elle reprendra."
        )
        return None
    if machine.system is System.LINUX and not (base.guests and base.webkit):
        machine.say(
            "Sans fenêtre sur cette machine : Besace donnera son adresse. La fenêtre demande "
            + ", ".join(system_packages.WINDOW)
            + "."
        )
    return places


def _is_ready(machine: Machine, places: Places, *, dev: bool) -> bool:
    """Compare the stamp with what is wanted; no stamp is read without an environment to serve."""
    found = found_stamp(machine, places)
    base = choose(machine) if found else None
    if found is None or base is None:
        return False
    return found.serves(wanted_stamp(machine, base, dev=dev)) and machine.exists(
        places.program("besace")
    )
