"""Insurers as people name them: the union behind a number, from the table of mutualities."""

from server.services.desk import Desk
from server.store import reference


def names(desk: Desk) -> dict[str, str]:
    """Return the name of the union behind each insurer number of the table: "306" → Solidaris."""
    rows = reference.rows(desk.db, "be_mutualities")
    return {str(row["code"]): str(row["union_name"]) for row in rows}
