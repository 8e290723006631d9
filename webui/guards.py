"""Who a page module is for: asked before anything of a request is read.

A service asks again, for the right of its own act; this spares a page half drawn, and a form read,
for somebody it is not meant for.
"""

from flask import Blueprint

from server.core.rights import Right
from webui.desk import desk


def only(page: Blueprint, right: Right) -> Blueprint:
    """Keep every page of a module for who holds a right; `Forbidden` is raised for the others."""

    @page.before_request
    def judge() -> None:
        desk().work().require(right)

    return page
