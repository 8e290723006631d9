"""The dated rules of France for a practice, read once per version of the reference file."""

from datetime import date

from server.countries.dated import in_force
from server.countries.france.acts import Territory, act_given
from server.countries.france.clocks import Calendar
from server.countries.france.letters import Coding, Zone
from server.countries.france.rulebook import Rulebook
from server.countries.france.supplements import Supplement
from server.countries.france.travel import Allowance, Ground, Kilometre
from server.services.desk import Desk
from server.services.practices import stand
from server.store import reference

_READ: dict[tuple[str, bool], Rulebook] = {}


def rulebook(desk: Desk) -> Rulebook:
    """Return the rules in force for this practice; a demo practice also sees invented letters."""
    key = (desk.practice.reference_sha256, desk.practice.demo)
    held = _READ.get(key)
    if held is None:
        known = (name for name in reference.FRENCH_RULES if reference.holds(desk.db, name))
        tables = {name: reference.rows(desk.db, name) for name in known}
        held = _READ[key] = Rulebook.from_tables(tables, demo=desk.practice.demo)
    return held


def zone(desk: Desk) -> Zone:
    """Return which value of the letters the practice has: that of France until it says more."""
    return Zone(stand(desk).territory or Zone.METROPOLE)


def ground(desk: Desk) -> Ground:
    """Return what the roads around the practice are: plain until it says more."""
    return Ground(stand(desk).ik_zone or Ground.PLAIN)


def calendar(desk: Desk) -> Calendar:
    """Return what counts the working days of an invoice: holidays of the whole country alone.

    A holiday more, of a region, would only move a last day later.
    """
    return rulebook(desk).calendar()


def coding_of(code: str) -> Coding | None:
    """Read the code of an act as a coding; None for an allowance or a supplement."""
    letter, _, rest = code.partition(" ")
    return Coding.parse(f"{letter} {rest}") if rest else None


def label(desk: Desk, code: str, day: date, territory: str = "") -> str:
    """Return the plain name of what a line is for on a day; the code itself if no table knows."""
    rules = rulebook(desk)
    coding = coding_of(code)
    if coding is not None:
        wanted = Territory(territory) if territory else None
        act = act_given(coding, wanted, day, rules.acts)
        return act.label_fr if act else code
    held: list[Allowance | Kilometre | Supplement] = [
        *in_force(rules.allowances, day),
        *in_force(rules.kilometres, day),
        *in_force(rules.supplements, day),
    ]
    return next((row.label_fr for row in held if row.code == code), code)
