"""What insurers said of our lines, kept code by code and explained in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.countries.belgium.efact_codes import PlacedCode
from server.countries.belgium.refusals import Dictionary, Explanation
from server.services.desk import Desk
from server.services.dossiers import grouped
from server.store import money, reference
from server.store.invoices import Line
from server.store.money import Verdict

_READ: dict[str, Dictionary] = {}
_SILENT = frozenset({"", "000000"})


@dataclass(frozen=True, slots=True)
class Told:
    """One code of one line with its explanation; the code itself is shown last, small."""

    letter: str
    code: str
    explanation: Explanation
    comment: str
    at_letter: str  # the letter that brought it: the proof


def keep(
    desk: Desk,
    letter: str,
    lot: str,
    line: Line,
    outcome: str,
    codes: Sequence[PlacedCode],
    comment: str,
) -> None:
    """Keep every code said of a line; a consequence stands behind its cause."""
    ordered = sorted(codes, key=lambda c: (c.consequence_of is not None, not c.refuses))
    for code in ordered:
        money.add_verdict(
            desk.db,
            Verdict(letter, line.id, lot, outcome, code.letter, code.code, comment.strip(), None),
        )


def of_line(desk: Desk, line: str) -> list[Told]:
    """Return what was said of a line, the newest letter's cause first, in the user's language."""
    return of_lines(desk, [line])[line]


def of_lines(desk: Desk, lines: Sequence[str]) -> dict[str, list[Told]]:
    """Return what was said of each of some lines, as `of_line` does."""
    said = grouped(money.verdicts_of(desk.db, lines), lambda verdict: verdict.line)
    return {line: _told(desk, said[line]) for line in lines}


def _told(desk: Desk, said: Sequence[Verdict]) -> list[Told]:
    newest = said[-1].letter if said else ""
    return [
        Told(v.letter_code, v.code, explain(desk, v.letter_code, v.code), v.comment, v.letter)
        for v in said
        if v.letter == newest and v.code not in _SILENT
    ]


def explain(desk: Desk, letter: str, code: str) -> Explanation:
    """Explain one returned code in the user's language."""
    return dictionary(desk).explain(letter, code, _locale(desk))


def explain_zone(desk: Desk, zone: str, code: str) -> Explanation:
    """Explain one error zone of a segment or footer (920999)."""
    return dictionary(desk).zone_error(zone, code, _locale(desk))


def dictionary(desk: Desk) -> Dictionary:
    """Return the dictionary of refusals, read once per version of the reference file."""
    key = desk.practice.reference_sha256
    held = _READ.get(key)
    if held is None:
        held = _READ[key] = Dictionary.load(
            reference.rows(desk.db, "be_efact_codes"),
            reference.rows(desk.db, "be_efact_zones"),
            reference.rows(desk.db, "be_efact_errors_common"),
            reference.rows(desk.db, "be_efact_error_classes"),
        )
    return held


def _locale(desk: Desk) -> str:
    return "nl" if desk.user.locale == "nl" else "fr_BE"
