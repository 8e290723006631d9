"""Who a page module is for: asked before anything of a request is read.

A service asks again, for the right of its own act; this spares a page half drawn, and a form read,
for somebody it is not meant for.
"""

from flask import Blueprint

from server.core.errors import NotFound
from server.core.rights import Right
from webui.desk import desk


def of_country(page: Blueprint, country: str) -> Blueprint:
    """Serve every address of a page module in practices of one country alone; give it back."""

    @page.before_request
    def judge() -> None:
        if desk().work().practice.country != country:
            raise NotFound(kind="page")

    return page


def only(page: Blueprint, right: Right) -> Blueprint:
    """Keep every page of a module for who holds a right; `Forbidden` is raised for the others."""

    @page.before_request
    def judge() -> None:
        desk().work().require(right)

    return page
