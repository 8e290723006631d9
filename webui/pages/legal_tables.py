"""Options › Tarifs et règles: the dated tables of France, and one more taken in (W27)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm
from server.core.rights import Right
from server.services import legal_tables
from webui.bad_rows import bad_rows
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go

page = only(Blueprint("legal_tables", __name__, url_prefix="/options/tables"), Right.SETTINGS)


@page.get("/")
def index() -> ResponseReturnValue:
    """List the tables with the days they hold; the one just taken in is said first."""
    tables = legal_tables.listed(desk().work())
    came = request.args.get("came", "")
    return render_template(
        "legal_tables/index.html",
        tables=tables,
        came=next((each for each in tables if each.name == came), None),
        bad_rows=bad_rows(),
    )


@page.post("/")
@shown_again_by(index)
def receive() -> Response:
    """Take a table in: it is checked whole, and holds from the days its rows say."""
    given = request.files.get("table")
    if given is None or not given.filename:
        raise InvalidForm(faults=(("table", "no_file"),))
    return take(given.filename, given.read())


def take(file_name: str, content: bytes) -> Response:
    """Take in a file named like a table of the law, wherever it was dropped."""
    name = legal_tables.named(desk().work(), file_name)
    if not name:
        raise InvalidForm(faults=(("table", "no_table"),))
    desk().services.import_tariff(content, name)
    return go("legal_tables.index", came=name)
