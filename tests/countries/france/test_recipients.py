"""Who receives an FSE or a DRE: the row of a centre, of a caisse, a rule, or nobody (case K1)."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.core.teletransmission import DocumentKind, Recipient
from server.countries.dated import Table
from server.countries.france.recipients import (
    KnownRecipient,
    RecipientRule,
    of_complementary,
    of_patient,
)
from server.countries.france.rulebook import Rulebook

DAY = date(2026, 3, 10)
ORIGIN = {"valid_from": "2026-01-01", "valid_to": "", "source": "page", "confidence": "S"}
ROW = {
    "regime": "98", "caisse": "111", "centre": "0000", "organism": "222",
    "computing_centre": "333", **ORIGIN,
}  # fmt: skip
RULE = {
    "regime": "98", "caisse": "???", "centre": "????", "answer": "ITSELF", "organism": "",
    "computing_centre": "", **ORIGIN,
}  # fmt: skip


def found(
    body: str, *rows: Mapping[str, object], rules: tuple[Mapping[str, object], ...] = ()
) -> str | None:
    table = Table(KnownRecipient.from_mapping(row) for row in rows)
    known = Table(RecipientRule.from_mapping(rule) for rule in rules)
    recipient = of_patient(body, DAY, table, known)
    return str(recipient) if recipient else None


def test_k1_the_caisse_751_reads_its_own_post_and_755_of_regime_02_sends_it_to_751(
    real: Rulebook,
) -> None:
    assert str(real.recipient("017510000", DAY)) == "FSE 01/751/036"
    assert str(real.recipient("027550000", DAY)) == "FSE 02/751/591"


@pytest.mark.parametrize(
    ("body", "recipient"),
    [
        ("017511234", "FSE 01/751/036"),  # a centre without a row is its caisse's
        ("012999999", None),  # the caisse itself, but nobody knows its computing centre
        ("044990000", "FSE 04/110/001"),
        ("129990000", "FSE 12/001/001"),
        ("917510501", "FSE 91/999/007"),
        ("917510999", "FSE 91/751/007"),
        ("937510503", "FSE 93/503/026"),  # its exact row
        ("937510999", None),  # Paris and around: the table alone
        ("932920999", "FSE 93/292/026"),
        ("030019999", None),
        ("999990000", None),
        ("209990000", None),  # a regime no rule knows
        ("", None),
        ("01751000", None),
        ("01751000A", None),
        ("٠17510000", None),
    ],
)
def test_a_caisse_has_its_row_or_a_rule_or_nobody(
    real: Rulebook, body: str, recipient: str | None
) -> None:
    answer = real.recipient(body, DAY)
    assert (str(answer) if answer else None) == recipient


def test_test_cards_have_a_recipient_in_a_demo_only(real: Rulebook, demo: Rulebook) -> None:
    assert real.recipient("013499881", DAY) is None
    assert str(demo.recipient("013499881", DAY)) == "FSE 01/349/349"


def test_rules_say_what_the_rows_say_wherever_they_say_something(
    real: Rulebook,
) -> None:
    """The measure the page gives: a rule never contradicts a row that is not named an exception."""
    nothing: Table[KnownRecipient] = Table()
    odd = []
    for row in real.recipients:
        ruled = of_patient(row.body, DAY, nothing, real.recipient_rules)
        if ruled and ruled != Recipient(DocumentKind.FSE, row.regime, row.organism, row.place):
            odd.append(row.body)
    assert odd == []
    assert len(real.recipients) == 1672


def test_the_row_of_the_centre_wins_over_that_of_the_caisse_and_both_over_rules() -> None:
    exact = {**ROW, "centre": "0007", "organism": "777"}
    ruled = {**RULE, "computing_centre": "001"}
    assert found("981110007", ROW, exact, rules=(ruled,)) == "FSE 98/777/333"
    assert found("981110008", ROW, exact, rules=(ruled,)) == "FSE 98/222/333"
    assert found("981120008", ROW, exact, rules=(ruled,)) == "FSE 98/112/001"


def test_the_closest_rule_answers_and_the_table_gives_the_computing_centre() -> None:
    region = {**RULE, "caisse": "??5", "answer": "REGION"}
    head = {**ROW, "caisse": "001", "organism": "221"}
    assert found("982250000", head, rules=(RULE, region)) == "FSE 98/221/333"
    assert found("982210000", head, rules=(RULE, region)) == "FSE 98/221/333"
    assert found("983350000", head, rules=(RULE, region)) is None
    silent = {**RULE, "caisse": "225", "answer": "TABLE"}
    assert found("982250000", head, rules=(RULE, region, silent)) is None


def test_the_newest_row_of_the_day_wins() -> None:
    later = {**ROW, "organism": "444", "valid_from": "2026-03-01"}
    to_come = {**ROW, "organism": "555", "valid_from": "2026-03-11"}
    assert found("981110000", to_come, later, ROW) == "FSE 98/444/333"
    over = {**ROW, "valid_to": "2026-03-09"}
    assert found("981110000", over) is None


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("regime", "1", "shape"),
        ("caisse", "11A", "shape"),
        ("centre", "", "missing"),
        ("organism", "1234", "shape"),
        ("computing_centre", "٣٣٣", "shape"),
    ],
)
def test_a_bad_cell_of_a_row_is_named(column: str, cell: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        KnownRecipient.from_mapping({**ROW, column: cell})
    assert refused.value.facts == {"field": column, "reason": reason}


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"answer": "PERHAPS"}, "answer", "unknown"),
        ({"answer": "FIXED"}, "organism", "missing"),
        ({"answer": "FIXED", "organism": "110"}, "computing_centre", "missing"),
        ({"organism": "110"}, "organism", "unknown"),
        ({"caisse": "?"}, "caisse", "shape"),
        ({"centre": "x???"}, "centre", "shape"),
        ({"computing_centre": "1"}, "computing_centre", "shape"),
    ],
)
def test_a_bad_cell_of_a_rule_is_named(
    changed: Mapping[str, str], column: str, reason: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        RecipientRule.from_mapping({**RULE, **changed})
    assert refused.value.facts == {"field": column, "reason": reason}


def test_a_dre_goes_where_the_convention_or_the_card_says() -> None:
    assert of_complementary("OC", "999", "giesv.rss.fr") == Recipient(
        DocumentKind.DRE, "OC", "999", "giesv.rss.fr"
    )
    assert of_complementary(" nr ", "001", "RESMUT.TM.FR") == of_complementary(
        "NR", "001", "resmut.tm.fr"
    )


@pytest.mark.parametrize(
    "cells",
    [("", "999", "giesv.rss.fr"), ("OC", " ", "giesv.rss.fr"), ("OC", "999", ""),
     ("O/C", "999", "giesv.rss.fr"), ("OC", "999", "giesv rss.fr")],
)  # fmt: skip
def test_a_dre_with_a_cell_missing_goes_nowhere(cells: tuple[str, str, str]) -> None:
    assert of_complementary(*cells) is None


@given(body=st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_any_caisse_has_a_recipient_that_can_be_kept_and_read_again_or_none(
    real: Rulebook, body: str
) -> None:
    recipient = real.recipient(body, DAY)
    if recipient is not None:
        assert recipient.code == body[:2]
        assert Recipient.parse(str(recipient)) == recipient
