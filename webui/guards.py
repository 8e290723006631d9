"""Who a page module is for: asked before anything of a request is read.

A service asks again, for the right of its own act; this spares a page half drawn, and a form read,
for somebody it is not meant for.
"""

from flask import Blueprint, Flask, request

from server.core.errors import OtherCountry
from server.core.rights import Right
from webui.countries import has
from webui.desk import desk
from webui.gate import GateState


def only(page: Blueprint, right: Right) -> Blueprint:
    """Keep every page of a module for who holds a right; `Forbidden` is raised for the others."""

    @page.before_request
    def judge() -> None:
        desk().work().require(right)

    return page


def keep_to_country(app: Flask) -> None:
    """Answer with a sentence where a screen of the other country is asked for."""

    @app.before_request
    def judge() -> None:
        here = desk()
        if here.gate.state is GateState.OPEN and here.gate.sign and request.endpoint:
            country = here.gate.sign.country
            if not has(country, request.endpoint):
                raise OtherCountry(country=country)
