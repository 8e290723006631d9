"""Names of convention files: F-02 and the cases E1 to E3."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import TableRefused
from server.countries.france.convention_names import Kind, read_name, refuse_older


def refused(name: str) -> dict[str, object]:
    with pytest.raises(TableRefused) as problem:
        read_name(name)
    return problem.value.facts


def test_e1_the_day_of_a_version_is_in_its_name() -> None:
    name = read_name("C-InterAMC_20260112.csv")
    assert (name.kind, name.family, name.day) == (Kind.CONVENTIONS, "interamc", date(2026, 1, 12))
    assert name.label == "2026-01-12"


@pytest.mark.scenario("F-02")
@pytest.mark.parametrize(
    "name", ["C-InterAMC_20260112.csv", "C-Mutuelle Ti Doue 2026.csv", "C-InterAMC_20260112.CSV"]
)
def test_names_that_are_taken(name: str) -> None:
    assert read_name(name).kind is Kind.CONVENTIONS


@pytest.mark.scenario("F-02")
@pytest.mark.parametrize(
    ("name", "reason", "proposed"),
    [
        ("InterAMC_20260112.csv", "prefix", "C-InterAMC_20260112.csv"),
        ("c-interamc.csv", "prefix", "C-interamc.csv"),
        ("-.csv", "prefix", ""),
        ("C-.csv", "stem", None),
        ("C-InterAMC_20260112.xlsx", "suffix", None),
        ("C-InterAMC_20260112.csv.txt", "suffix", None),
        ("C-mutuelle.xls", "suffix", None),
        ("C-InterAMC_20260231.csv", "day", None),
        ("C-a\u202eb.csv", "name", None),
        (f"C-{'a' * 120}.csv", "name", None),
    ],
)
def test_names_that_are_not_taken_say_why_and_what_would_do(
    name: str, reason: str, proposed: str | None
) -> None:
    facts = refused(name)
    assert facts["reason"] == reason
    assert facts.get("proposed") == proposed


@pytest.mark.parametrize(
    ("name", "family", "day"),
    [
        ("C-InterAMC_20260203 (1).csv", "interamc", date(2026, 2, 3)),
        ("C-InterAMC 2026-02-03 - Copie.csv", "interamc", date(2026, 2, 3)),
        ("C:\\Users\\x\\C-InterAMC_2026.02.03.csv", "interamc", date(2026, 2, 3)),
        ("C-Mutuelle Ti Doue 2026.csv", "mutuelle ti doue", None),
        ("C-99999997.csv", "99999997", None),
        ("C-20261931.csv", "20261931", None),
        ("C-RO-0108.csv", "ro", None),
    ],
)
def test_versions_of_one_table_share_its_family(name: str, family: str, day: date | None) -> None:
    read = read_name(name)
    assert (read.family, read.day) == (family, day)


def test_the_other_tables_have_their_own_prefix() -> None:
    assert read_name("R-SANTEPHARM-CS.csv").kind is Kind.GROUPING
    assert read_name("correspondance-0106.csv").kind is Kind.CORRESPONDENCE
    assert read_name("X-essai.csv").label == "X-essai"


def test_a_file_older_than_the_version_in_use_is_refused_with_both_days() -> None:
    older = read_name("C-InterAMC_20260101.csv")
    with pytest.raises(TableRefused) as problem:
        refuse_older(older, date(2026, 1, 12))
    assert problem.value.facts["day"] == "2026-01-01"
    assert problem.value.facts["active"] == "2026-01-12"
    refuse_older(older, date(2026, 1, 1))
    refuse_older(older, None)
    refuse_older(read_name("C-essai.csv"), date(2026, 1, 12))


@given(st.text(max_size=130))
def test_any_name_is_read_or_refused_in_our_words(name: str) -> None:
    try:
        read = read_name(name)
    except TableRefused as refused:
        assert refused.facts["reason"]
    else:
        assert read.family
        assert read.label


@given(st.text("abcAB0123456789-_ .", min_size=1, max_size=20))
def test_the_name_proposed_is_taken(stem: str) -> None:
    try:
        read_name(f"{stem}.csv")
    except TableRefused as refused:
        proposed = refused.facts.get("proposed")
        if proposed and refused.facts["reason"] == "prefix":
            try:
                assert read_name(str(proposed)).kind is Kind.CONVENTIONS
            except TableRefused as again:
                assert again.facts["reason"] == "day"
