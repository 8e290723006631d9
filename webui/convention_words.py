"""How rows of convention tables are told: what is wrong with one, what changes in another."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.services.conventions import BadRow, Changed, Kind
from webui.i18n import Catalogue


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One difference: "added", "changed" or "ended", the row, and the cells that differ."""

    kind: str
    number: str
    name: str
    type: str
    criterion: str
    before: Sequence[str] = ()
    after: Sequence[str] = ()


_SHOWN = {
    "C": ("signatory", "signatory_label", "type", "criterion"),
    "R": ("number", "label", "type", "criterion"),
    "X": ("mutual", "label", "", "body"),
}


def bad_words(bad: Sequence[BadRow], spoken: Catalogue) -> list[tuple[int, str]]:
    """Give the number of each bad line, and why it was left out."""
    return [(each.line, spoken.say(f"table.row.{each.reason}", found=each.found)) for each in bad]


def change_lines(kind: Kind, changes: Sequence[Changed]) -> list[ChangeLine]:
    """Tell each difference by what a person knows a row by, and the cells that are not the same."""
    return [_line(kind, each) for each in changes]


def _line(kind: Kind, change: Changed) -> ChangeLine:
    row = change.after or change.before or ()
    number, name, type_, criterion = (
        row[change.fields.index(field)] if field else "" for field in _SHOWN[kind]
    )
    told = "changed" if change.before and change.after else "added" if change.after else "ended"
    if told != "changed":
        return ChangeLine(told, number, name, type_, criterion)
    pairs = zip(change.before or (), change.after or (), strict=True)
    differing = [(was or "–", now or "–") for was, now in pairs if was != now]
    return ChangeLine(
        told, number, name, type_, criterion,
        [was for was, _ in differing], [now for _, now in differing],
    )  # fmt: skip
