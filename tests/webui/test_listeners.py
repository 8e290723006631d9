"""What listens in a page: an answer under way never swallows the news that comes after it."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "webui" / "templates"
_SOMETIMES = re.compile(r"\{% if \w[^%]*%\}, htmx:sseOpen[^%]*\{% endif %\}")
_ASKS = re.compile(r"hx-trigger=\"sse:[^\"]*\" hx-target=\"([^\"]*)\"([^{>]*(?:> \*\"[^{>]*)?)")


def asking() -> list[tuple[str, str, str]]:
    """Return where, what is drawn anew and how, of all that asks when told."""
    texts = [(path.name, path.read_text("utf-8")) for path in sorted(TEMPLATES.rglob("*.html"))]
    return [
        (name, found[1], found[2])
        for name, text in texts
        for found in _ASKS.finditer(_SOMETIMES.sub("", text))
    ]


def test_what_draws_itself_away_begins_its_question_again() -> None:
    """What was queued behind an answer is dropped with the element that the answer replaces."""
    gone = [each for each in asking() if each[1] == "#m" or "outerHTML" in each[2]]
    assert len(gone) >= 3
    assert [name for name, _, how in gone if 'hx-sync="this:replace"' not in how] == []
