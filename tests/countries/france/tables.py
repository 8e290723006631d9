"""Fabricated convention tables, in every manner of writing one: no signatory here exists."""

from collections.abc import Iterable, Sequence

from server.countries.france.convention_rows import Convention

WIDTH = 22


def line(  # one row of a C- table, its other cells empty
    signatory: str = "99001",
    kind: str = "RO",
    criterion: str = "99001????",
    accord: str = "T",
    number: str = "",
    label: str = "CAISSE D'ESSAI",
    **more: str,
) -> list[str]:
    """Give the twenty-two cells of a row."""
    named = {
        "support": "I",
        "signatory": signatory,
        "signatory_label": label,
        "grouped": "0",
        "type": kind,
        "criterion": criterion,
        "accord": accord,
        "number": number,
        "unique": "1" if kind == "RO" else "0",
        **more,
    }
    cells = [named.get(name, "") for name in Convention._fields[:20]]
    return [*cells[:2], "", "", *cells[2:]]


def many(count: int) -> list[list[str]]:
    """Give distinct rows: caisses of a fabricated regime."""
    return [line(f"98{n:06d}", criterion=f"98{n:06d}?", label=f"CAISSE {n}") for n in range(count)]


def written(
    rows: Iterable[Sequence[str]],
    separator: str = ";",
    script: str = "latin-1",
    end: str = "\r\n",
) -> bytes:
    """Write rows as a file."""
    return "".join(separator.join(row) + end for row in rows).encode(script)


TITLES = (
    "Type de convention;N° organisme signataire;Libellé organisme signataire;Type d'accord;"
    "Critère secondaire;N° organisme complémentaire;Date de début;Date de fin"
)
