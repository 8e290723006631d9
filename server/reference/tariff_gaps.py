"""What a typed tariff leaves out: filled from what is known of the code, and from the sums."""

from collections.abc import Mapping

import sqlite_utils

from server.core.care import Confidence
from server.reference.tables import TABLES

_COLUMNS = TABLES["be_tariff"].all_columns
_DESCRIPTION = tuple(name for name in TABLES["be_tariff"].columns if "cents" not in name)


def filled_row(db: sqlite_utils.Database, cells: Mapping[str, str]) -> dict[str, str]:
    """Give the whole row of a typed one; what cannot be known stays empty, to be judged."""
    known = _known(db, cells["code"])
    row = dict.fromkeys(_COLUMNS, "")
    row |= {"source": "import", "confidence": Confidence.MANUAL.value}
    row |= {"needs_agreement": "yes", "needs_prescriber": "yes"}
    row |= {name: str(known[name]) for name in _DESCRIPTION if known.get(name) is not None}
    row |= {name: text for name, text in cells.items() if text and name in row}
    row["label_nl"] = row["label_nl"] or row["label_fr"]
    for status in ("ordinary", "bim"):
        oa, copay = f"oa_{status}_cents", f"copay_{status}_cents"
        row[oa] = row[oa] or _rest(row["fee_cents"], row[copay])
        row[copay] = row[copay] or _rest(row["fee_cents"], row[oa])
    return row


def _known(db: sqlite_utils.Database, code: str) -> Mapping[str, object]:
    """Give the newest price row of a code, or else its row in the list of codes."""
    for table in (db.table("be_tariff"), db.table("be_nomenclature")):
        for row in table.rows_where("code = ?", [code], order_by="valid_from desc", limit=1):
            return dict(row)
    return {}


def _rest(fee: str, share: str) -> str:
    """Give what the other bears, or nothing when the amounts do not allow it."""
    if not (fee.isdecimal() and share.isdecimal()) or int(share) > int(fee):
        return ""
    return str(int(fee) - int(share))
