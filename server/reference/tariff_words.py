"""How people write a tariff: column names, words and amounts, turned into ours.

A practice imports what it was given: semicolons or commas, UTF-8 or Latin-1, euros or cents,
French, Dutch or our own headings. What the file does not say about a code is what we know of it.
"""

import re
import unicodedata
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path

from server.core.errors import InvalidValue
from server.core.money import parse_cents
from server.reference.sheets import NumberedRow, Problem, Refused, read_lines

COLUMNS: Mapping[str, str] = {
    "libelle": "label_fr", "libelle_fr": "label_fr", "libelle_nl": "label_nl",
    "omschrijving": "label_nl", "categorie": "category", "lieu": "place", "plaats": "place",
    "rang_de": "rank_from", "rang_a": "rank_to", "nature": "kind", "type": "kind",
    "honoraire": "fee", "honoraires": "fee", "honorarium": "fee",
    "ticket_moderateur": "copay_ordinary", "remgeld": "copay_ordinary",
    "ticket_moderateur_bim": "copay_bim", "remgeld_vt": "copay_bim",
    "remboursement": "oa_ordinary", "terugbetaling": "oa_ordinary",
    "remboursement_bim": "oa_bim", "terugbetaling_vt": "oa_bim",
    "accord": "needs_agreement", "prescripteur": "needs_prescriber",
    "valable_du": "valid_from", "du": "valid_from", "geldig_van": "valid_from",
    "valable_au": "valid_to", "au": "valid_to", "geldig_tot": "valid_to",
    "confiance": "confidence",
}  # fmt: skip
AMOUNTS = ("fee", "copay_ordinary", "copay_bim", "oa_ordinary", "oa_bim")
_YES_NO = {"oui": "yes", "ja": "yes", "1": "yes", "non": "no", "nee": "no", "0": "no"}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "category": {
        "common": "COMMON_1 COMMON_2_PLUS", "courante": "COMMON_1 COMMON_2_PLUS",
        "courant": "COMMON_1 COMMON_2_PLUS", "lourde": "E", "perinatale": "MATERNITY",
        "palliatif": "PALLIATIVE", "consultatif": "CONSULTATIVE",
    },
    "place": {
        "cabinet": "CABINET", "praktijk": "CABINET", "domicile": "HOME", "thuis": "HOME",
        "maison_de_repos": "INSTITUTION", "rusthuis": "INSTITUTION", "autre": "OTHER",
    },
    "kind": {
        "seance": "session", "zitting": "session", "depassement": "excess", "accueil": "intake",
        "deplacement": "travel", "rapport": "report",
    },
    "needs_agreement": _YES_NO,
    "needs_prescriber": _YES_NO,
}  # fmt: skip
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def read_tariff(path: Path) -> list[NumberedRow]:
    """Read a file as typed by people into rows with our column names; raise Refused.

    Only spelling is changed here: whether a row is right is judged afterwards.
    """
    text = _decoded(path)
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    titles, lines = read_lines(path.name, text, delimiter)
    header = [_column(name) for name in titles]
    if "code" not in header or "valid_from" not in header:
        raise Refused([Problem(path.name, 1, "code,valid_from", "columns")])
    rows: list[NumberedRow] = []
    problems: list[Problem] = []
    for number, cells in lines:
        try:
            rows.append((number, _row(header, cells)))
        except InvalidValue as bad:
            facts = bad.facts
            field, reason = str(facts["field"]), str(facts["reason"])
            problems.append(Problem(path.name, number, field, reason))
    if problems:
        raise Refused(problems)
    return rows


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError:
        raise Refused([Problem(path.name, 0, "", "unreadable")]) from None
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _column(name: str) -> str:
    plain = _plain(name)
    return COLUMNS.get(plain, plain)


def _row(header: list[str], cells: list[str]) -> dict[str, str]:
    row = {}
    for name, cell in zip_longest(header, cells[: len(header)], fillvalue=""):
        text = cell.strip()
        if name in AMOUNTS:
            row[f"{name}_cents"] = _cents(name, text)
        elif name in ("valid_from", "valid_to"):
            row[name] = _iso(text)
        else:
            row[name] = _word(name, text)
    return row


def _cents(name: str, text: str) -> str:
    """Turn euros into cents; an empty cell stays empty, to be worked out from the others."""
    try:
        return str(parse_cents(text)) if text else ""
    except InvalidValue:
        raise InvalidValue(field=name, reason="amount") from None


def _iso(text: str) -> str:
    match = _DATE.fullmatch(text)
    if match is None:
        return text
    day, month, year = match.groups()
    return f"{year}-{int(month):02d}-{int(day):02d}"


def _word(name: str, text: str) -> str:
    if name == "code":
        return re.sub(r"[\s.-]", "", text)
    return _WORDS.get(name, {}).get(_plain(text), text)


def _plain(text: str) -> str:
    """Lower case, without accents, with underscores: what a heading is compared by."""
    bare = unicodedata.normalize("NFKD", text.strip().lower())
    return re.sub(r"[\s-]+", "_", "".join(c for c in bare if not unicodedata.combining(c)))
