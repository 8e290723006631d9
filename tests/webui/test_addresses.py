"""What is typed never stands in an address: histories and logs keep addresses (N18)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "webui" / "templates"
MAY_BE_SEEN = {"day", "care_date", "place", "user", "device", "patient"}
"""Fields that may: days, states, and keys of rows; never a name, a number or a word typed."""

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
_ASKING = re.compile(r"<(\w+)\b[^<>]*\bhx-get=[^<>]*>|\{\{ field\(.*\bhx_get=.*\) \}\}")
_TYPED = re.compile(
    r'<(?:input|textarea|select)\b[^>]*\bname="([^"]*)"|(?:field|choice|pick)\("(\w+)"'
)
_NAMED = re.compile(r'hx[-_]params="([^"]*)"')


def in_addresses(template: str) -> Iterator[str]:
    """Give the name of each field that a form or an element of a template puts in an address."""
    for attributes, inside in _FORM.findall(template):
        if 'method="post"' not in attributes:
            yield from (first or second for first, second in _TYPED.findall(inside))
    for found in _ASKING.finditer(template):
        whole = found[0]
        sends = found[1] in (None, "input", "textarea", "select", "form") or "hx-include" in whole
        if named := _NAMED.search(whole):
            yield from named[1].split(",")
        elif sends:
            yield f"everything of {whole[:60]}"


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
def test_no_address_carries_what_was_typed(path: Path) -> None:
    assert {*in_addresses(path.read_text("utf-8"))} <= MAY_BE_SEEN


@pytest.mark.parametrize(
    "template",
    [
        '<form method="get" action="x"><input type="search" name="q"></form>',
        '<form class="stack"><textarea name="q"></textarea></form>',
        '<form method="get">{{ field("q", _("q")) }}</form>',
        '<input name="q" hx-get="x" hx-trigger="input">',
        '<div hx-get="x" hx-include="closest form">',
        '{{ field("q", _("q"), hx_get=url_for("x")) }}',
        '{{ field("day", _("day"), hx_get=url_for("x"), hx_params="day,q") }}',
        '<div hx-get="x" hx-include="#f" hx-params="*">',
    ],
)
def test_one_that_does_is_noticed(template: str) -> None:
    assert {*in_addresses(template)} - MAY_BE_SEEN


def test_one_that_names_a_day_or_a_row_is_let_through() -> None:
    template = '<form method="get">{{ field("day", 1) }}</form><a hx-get="x?line=1" href="x">'
    assert {*in_addresses(template)} == {"day"}
