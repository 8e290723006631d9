"""Rows of what must be obtained from others, and how a bad one is named."""

import pytest

from server.core.errors import InvalidValue
from server.core.setup import Step
from server.countries.belgium.obtaining import Need

ROW = {
    "step": "CREDENTIAL", "key": "licence", "label_fr": "la licence", "label_nl": "de licentie",
    "giver_fr": "le Collège", "giver_nl": "het College", "ours": "yes",
    "valid_from": "2014-01-01", "valid_to": "", "source": "s", "confidence": "K",
}  # fmt: skip


def test_a_row_says_what_from_whom_and_who_asks() -> None:
    need = Need.from_mapping(ROW)
    assert (need.step, need.ours, need.giver_fr) == (Step.CREDENTIAL, True, "le Collège")


@pytest.mark.parametrize(("column", "bad"), [("step", "SEVENTH"), ("ours", "perhaps"), ("key", "")])
def test_a_bad_cell_is_named(column: str, bad: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Need.from_mapping({**ROW, column: bad})
    assert refused.value.facts["field"] == column
