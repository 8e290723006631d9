"""Rows that stay are drawn once, and nothing of them outlives the open practice."""

import re
from pathlib import Path

from markupsafe import Markup

from webui.drawings import Kept

TEMPLATES = Path(__file__).parents[2] / "webui" / "templates"


class Macro:
    """Stands for a macro of a template: counts how often it draws."""

    def __init__(self, name: str = "row") -> None:
        self.name = name
        self.drawn = 0

    def __call__(self, *facts: object) -> Markup:
        self.drawn += 1
        return Markup("<i>{}</i>").format(" ".join(map(str, facts)))


def test_a_row_is_drawn_once_for_the_same_facts_in_the_same_language() -> None:
    kept, row = Kept(), Macro()
    assert kept.draw("fr_BE", row, ("Lot", 1)) == kept.draw("fr_BE", row, ("Lot", 1))
    assert row.drawn == 1
    kept.draw("fr_BE", row, ("Lot", 2))
    kept.draw("nl", row, ("Lot", 1))
    kept.draw("fr_BE", Macro("other"), ("Lot", 1))
    assert row.drawn == 3


def test_a_closed_practice_leaves_nothing_behind_and_keeps_nothing() -> None:
    kept, row = Kept(), Macro()
    kept.draw("nl", row, ("Ouchène",))
    kept.forget()
    kept.draw("nl", row, ("Ouchène",))
    assert row.drawn == 2
    assert "Ouchène" not in str(vars(kept))
    kept.begin()
    kept.draw("nl", row, ("Ouchène",))
    kept.draw("nl", row, ("Ouchène",))
    assert row.drawn == 3


def test_rows_do_not_pile_up_for_ever() -> None:
    kept, row = Kept(), Macro()
    for n in range(9000):
        kept.draw("nl", row, (n,))
    assert len(kept._drawn) <= 4000


def test_every_macro_that_is_kept_or_drawn_once_has_a_name_of_its_own() -> None:
    texts = [path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")]
    used = {n for text in texts for n in re.findall(r"\b(?:kept|once)\((\w+)", text)}
    made = [n for text in texts for n in re.findall(r"macro (\w+)\(", text)]
    assert len(used) > 12
    assert [name for name in used if made.count(name) != 1] == []
