"""How conventions lie in the practice file: the table of each kind, and the cells of its rows."""

from collections.abc import Mapping

from server.countries.france.convention_names import Kind

SEPARATOR = "\x1f"
TABLES: Mapping[Kind, str] = {
    Kind.CONVENTIONS: "convention",
    Kind.GROUPING: "convention_member",
    Kind.CORRESPONDENCE: "convention_conversion",
}
LOOKED_UP: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONVENTIONS: ("signatory", "type", "criterion", "accord", "number", "begins"),
    Kind.GROUPING: ("number", "type", "criterion", "signatory"),
    Kind.CORRESPONDENCE: ("mutual", "body"),
}
"""The cells that stand beside the text of a row too."""

NAMING: Mapping[Kind, str] = {kind: " || ' ' || ".join(names) for kind, names in LOOKED_UP.items()}
"""What tells one row from another in every version; one that differs elsewhere has changed."""

NAMED = NAMING[Kind.CONVENTIONS]


def cells_of(text: object) -> tuple[str, ...]:
    """Cut the text of a row into its cells."""
    return tuple(str(text).split(SEPARATOR))
