"""Documents put into lots and lots into files: cases K1 to K3."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.core.teletransmission import DocumentKind, Family, Recipient
from server.countries.france.lots import ToSend, files, planned
from server.countries.france.recipients import of_complementary
from server.countries.france.rulebook import Rulebook

DAY = date(2026, 3, 10)
FSE, DRE = DocumentKind
SENDER, OTHER = "991086265", "991091976"


def waiting(
    name: str, recipient: Recipient | None, family: Family = Family.SECURED, sender: str = SENDER
) -> ToSend:
    assert recipient is not None
    return ToSend(name, recipient.kind, family, sender, recipient)


def test_k1_fse_of_two_regimes_make_two_lots_each_for_its_organism(real: Rulebook) -> None:
    bodies = {"a": "017510000", "b": "027550000", "c": "017510000", "d": "017510000"}
    documents = [waiting(name, real.recipient(body, DAY)) for name, body in bodies.items()]
    lots = planned(documents, real.lot_size(DAY))
    assert [(lot.key.recipient.code, lot.key.recipient.organism) for lot in lots] == [
        ("01", "751"), ("02", "751"),
    ]  # fmt: skip
    assert [lot.documents for lot in lots] == [("a", "c", "d"), ("b",)]
    assert len(files(lots)) == 2


def test_k2_dre_of_two_complementaries_make_two_lots() -> None:
    gie, centre = ("OC", "999", "giesv.rss.fr"), ("SP", "005", "spcentresante.fr")
    documents = [
        waiting("a", of_complementary(*gie)),
        waiting("b", of_complementary(*centre)),
        waiting("c", of_complementary(*gie)),
    ]
    lots = planned(documents, 100)
    assert [lot.documents for lot in lots] == [("a", "c"), ("b",)]
    assert {lot.key.kind for lot in lots} == {DRE}


def test_k3_a_degraded_fse_among_secured_ones_has_its_own_lot_in_the_same_file() -> None:
    caisse = Recipient(FSE, "01", "751", "036")
    documents = [
        waiting("a", caisse, Family.DEGRADED),
        waiting("b", caisse),
        waiting("c", caisse),
    ]
    lots = planned(documents, 100)
    assert [(lot.key.family, lot.documents) for lot in lots] == [
        (Family.SECURED, ("b", "c")), (Family.DEGRADED, ("a",)),
    ]  # fmt: skip
    assert files(lots) == (lots,)


def test_fse_leave_before_dre_and_two_senders_share_nothing() -> None:
    caisse = Recipient(FSE, "01", "751", "036")
    documents = [
        waiting("dre", of_complementary("OC", "999", "giesv.rss.fr")),
        waiting("other", caisse, sender=OTHER),
        waiting("fse", caisse),
    ]
    lots = planned(documents, 100)
    assert [lot.documents for lot in lots] == [("fse",), ("other",), ("dre",)]
    assert len(files(reversed(lots))) == 3


def test_a_lot_that_is_full_is_followed_by_another_of_the_same_file() -> None:
    caisse = Recipient(FSE, "01", "751", "036")
    lots = planned([waiting(str(n), caisse) for n in range(5)], 2)
    assert [lot.documents for lot in lots] == [("0", "1"), ("2", "3"), ("4",)]
    assert files(lots) == (lots,)


def test_nothing_waits_nothing_is_planned() -> None:
    assert planned([], 100) == ()
    assert files([]) == ()


def test_what_makes_no_lot_is_refused() -> None:
    caisse = Recipient(FSE, "01", "751", "036")
    with pytest.raises(InvalidValue) as refused:
        planned([ToSend("a", DRE, Family.SECURED, SENDER, caisse)], 100)
    assert refused.value.facts == {"field": "recipient", "reason": "kind"}
    with pytest.raises(InvalidValue) as refused:
        planned([], 0)
    assert refused.value.facts == {"field": "fr.lot.documents", "reason": "zero"}


CAISSES = [Recipient(FSE, "01", "751", "036"), Recipient(FSE, "02", "751", "591"),
           Recipient(DRE, "OC", "999", "giesv.rss.fr")]  # fmt: skip


@given(
    keys=st.lists(
        st.tuples(
            st.sampled_from(CAISSES), st.sampled_from(Family), st.sampled_from([SENDER, OTHER])
        )
    ),
    most=st.integers(1, 4),
)
def test_every_document_is_in_one_lot_of_its_own_and_every_lot_in_one_file(
    keys: list[tuple[Recipient, Family, str]], most: int
) -> None:
    documents = {str(n): waiting(str(n), *key) for n, key in enumerate(keys)}
    lots = planned(documents.values(), most)
    assert sorted(name for lot in lots for name in lot.documents) == sorted(documents)
    assert all(documents[name].key == lot.key for lot in lots for name in lot.documents)
    assert all(1 <= len(lot.documents) <= most for lot in lots)
    assert [lot for file in files(lots) for lot in file] == [*lots]
    assert all(len({lot.key[:3] for lot in file}) == 1 for file in files(lots))
