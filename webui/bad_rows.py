"""The rows of a table that was refused, in words."""

from flask import g

from server.core.errors import ReferenceRefused
from webui.desk import desk


def bad_rows() -> list[dict[str, object]]:
    """Give the rows of a table just refused: line, column and what is wrong, in words."""
    refused = g.get("problem")
    if not isinstance(refused, ReferenceRefused):
        return []
    spoken = desk().catalogue
    found = []
    for row in refused.facts["rows"]:  # type: ignore[attr-defined]  # facts are objects
        key = f"row.{row['reason']}"
        words = spoken.say(key if spoken.has(key) else "row.unreadable", other=row["other_row"])
        found.append({"row": row["row"], "field": row["field"], "words": words})
    return found
