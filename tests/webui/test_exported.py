"""What is handed over as a file of text: never a sheet, and no line a formula."""

import pytest

from tests.webui.shop import Shop
from tests.webui.test_conventions import CHECK
from tests.world import World

FORMULAS = ("=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1")


@pytest.mark.parametrize("hostile", FORMULAS)
def test_row_14_what_is_exported_is_text_and_no_line_begins_with_what_was_typed(
    french_world: World, hostile: str
) -> None:
    shop = Shop(french_world)
    answer = shop.post(
        f"{CHECK}export", type="OC", accord="T", number="0799900010", label=hostile,
        on_card="", day="02/03/2026",
    )  # fmt: skip
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"].endswith('.txt"')
    typed = [row for row in answer.text.splitlines() if hostile.strip() in row]
    assert typed
    assert not [row for row in typed if row.lstrip().startswith(hostile.strip())]
    ours = ("-", "+", "=", "@")
    own = [row for row in answer.text.splitlines() if row.startswith(ours)]
    assert all(row.startswith("- ") for row in own)
