"""Transfers: recorded by the user, matched to what was announced, never spread by guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidForm, NotFound
from server.core.states import LotState
from server.services import payments
from server.services.payments import Expected, Recorded
from server.store import totals
from tests.people import OUCHENE
from tests.services.office import Office
from tests.world import faults

ASKED = {"100": 34656, "300": 27630, "500": 25104}
FIRST = {"100": 17, "300": 18, "500": 19}


@pytest.fixture
def lots(office: Office) -> dict[str, str]:
    """The three lots of H-01, numbered A-017 to A-019 and received by their hub."""
    office.tour()
    desk = office.world.desk
    for payer, number in FIRST.items():
        desk.db.execute(
            "insert into counter values (?, ?, ?)",
            (desk.device.id, f"efact:{payer}:2026", number - 1),
        )
    sealed = {payer: office.world.seal(payer) for payer in ASKED}
    office.run()
    return sealed


def _announce(office: Office, lots: dict[str, str], **accepted: int) -> None:
    """Let each insurer settle its lot; `oa300=25240` accepts less than asked."""
    for payer, lot in lots.items():
        cents = accepted.get(f"oa{payer}", ASKED[payer])
        reference = f"{FIRST[payer]:03d}/202603/{payer}/"
        office.take(office.sent(lot).settled(cents, reference))


def _pay(office: Office, amount: str, reference: str, payer: str = "100") -> Recorded:
    return payments.record(
        office.world.desk, {"payer": payer, "reference": reference, "amount": amount}
    )


def _states(office: Office, lots: dict[str, str]) -> list[str]:
    return [str(office.lot(lot).state) for lot in lots.values()]


def test_each_transfer_pays_the_lot_of_its_reference(office: Office, lots: dict[str, str]) -> None:
    _announce(office, lots)
    assert sum(e.due_cents for e in payments.expected(office.world.desk)) == 87390
    for payer, amount in [("100", "346,56"), ("300", "276.30"), ("500", "251,04 €")]:
        done = _pay(office, amount, f"{FIRST[payer]:03d}/202603/{payer}/", payer)
        assert (done.unmatched_cents, done.lots) == (0, [lots[payer]])
    assert _states(office, lots) == ["Settled"] * 3
    assert payments.expected(office.world.desk) == []
    assert office.world.sql("select count(*) from session where state = 'Settled'") == 30


def test_a_transfer_sent_twice_by_one_form_tells_twice_what_it_paid(
    office: Office, lots: dict[str, str]
) -> None:
    _announce(office, lots)
    form = {
        "payer": "300", "reference": f"{FIRST['300']:03d}/202603/300/", "amount": "280,00",
        "form_key": office.world.desk.new_id(),
    }  # fmt: skip
    first = payments.record(office.world.desk, form)
    assert (first.matched_cents, first.unmatched_cents, first.lots) == (27630, 370, [lots["300"]])
    assert payments.record(office.world.desk, form) == first
    assert office.world.sql("select sum(amount_cents) from payment") == 28000


@pytest.mark.scenario("I-05")
def test_a_short_transfer_is_explained_by_the_settlement_lines(
    office: Office, lots: dict[str, str]
) -> None:
    _announce(office, lots, oa300=25240)
    done = _pay(office, "850,00", "A-017 A-018 A-019")
    assert (done.matched_cents, done.unmatched_cents) == (85000, 0)
    assert _states(office, lots) == ["Settled", "PartlySettled", "Settled"]
    (short,) = payments.expected(office.world.desk)
    assert (short.lot.id, short.due_cents, short.name) == (lots["300"], 2390, "A-018")
    assert payments.tasks(office.world.desk) == []
    office.world.clock.advance(days=29)
    assert payments.tasks(office.world.desk) == []
    office.world.clock.advance(days=1)
    assert [e.lot.id for e in payments.tasks(office.world.desk)] == [lots["300"]]
    later = _pay(office, "23,90", "A-018", "300")
    assert (later.matched_cents, later.unmatched_cents) == (2390, 0)
    assert _states(office, lots) == ["Settled"] * 3
    assert payments.expected(office.world.desk) == []
    assert payments.tasks(office.world.desk) == []


@pytest.mark.scenario("I-05")
def test_a_difference_nobody_explains_is_not_spread(office: Office, lots: dict[str, str]) -> None:
    _announce(office, lots)
    done = _pay(office, "850,00", "A-017, A-018; A-019")
    assert (done.matched_cents, done.unmatched_cents) == (0, 85000)
    assert _states(office, lots) == ["PartlySettled"] * 3
    assert [p.id for p in payments.unmatched(office.world.desk)] == [done.payment]
    assert office.world.sql("select sum(paid_cents) from line") == 0


def test_a_payment_that_came_before_its_settlement_is_matched_after(
    office: Office, lots: dict[str, str]
) -> None:
    done = _pay(office, "346,56", "A-017")
    assert done.matched_cents == 0
    _announce(office, lots)
    again = payments.rematch(office.world.desk, done.payment)
    assert (again.matched_cents, again.lots) == (34656, [lots["100"]])
    assert payments.unmatched(office.world.desk) == []


def test_one_lot_alone_takes_a_part(office: Office, lots: dict[str, str]) -> None:
    _announce(office, lots)
    assert _pay(office, "300,00", "A-017").matched_cents == 30000
    assert office.lot(lots["100"]).state is LotState.PARTLY_SETTLED
    partly = [x for x in office.lines(lots["100"]) if str(x.state) == "PartPaid"]
    assert len(partly) == 1
    assert _pay(office, "46,56", "A-017").matched_cents == 4656
    assert office.lot(lots["100"]).state is LotState.SETTLED


def test_what_is_paid_too_much_stays_unmatched(office: Office, lots: dict[str, str]) -> None:
    _announce(office, lots)
    done = _pay(office, "400,00", "A-017")
    assert (done.matched_cents, done.unmatched_cents) == (34656, 5344)
    again = payments.rematch(office.world.desk, done.payment)
    assert again.unmatched_cents == 5344


def test_a_payment_can_pay_more_of_the_same_line_later(
    office: Office, lots: dict[str, str]
) -> None:
    _announce(office, lots, oa300=25240)
    _announce(office, {})
    done = _pay(office, "276,30", "A-018 A-019", "300")
    assert done.matched_cents == 0, "announced 252,40 and 251,04: the sum names neither"
    alone = _pay(office, "276,30", "A-018", "300")
    assert (alone.matched_cents, alone.unmatched_cents) == (27630, 0)
    assert office.lot(lots["300"]).state is LotState.SETTLED


def test_a_number_two_insurers_share_pays_the_one_who_paid(office: Office) -> None:
    office.tour()
    sealed = {payer: office.world.seal(payer) for payer in ASKED}
    office.run()
    for payer, lot in sealed.items():
        assert office.lot(lot).number == 1
        office.take(office.sent(lot).settled(ASKED[payer], f"001/202603/{payer}/"))
    done = _pay(office, "276,30", "A-001", "300")
    assert done.lots == [sealed["300"]]
    assert office.lot(sealed["100"]).state is LotState.PARTLY_SETTLED


def test_a_payment_of_another_insurer_does_not_pay_a_lot_by_its_name(
    office: Office, lots: dict[str, str]
) -> None:
    _announce(office, lots)
    assert _pay(office, "276,30", "A-018", "100").matched_cents == 0


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"payer": ""}, ("payer", "missing")),
        ({"payer": "700"}, ("payer", "unknown_insurer")),
        ({"reference": " "}, ("reference", "missing")),
        ({"reference": "x" * 141}, ("reference", "too_long")),
        ({"amount": "0"}, ("amount", "amount")),
        ({"amount": "-3"}, ("amount", "amount")),
        ({"amount": "douze"}, ("amount", "amount")),
        ({"received_on": "31/12/2026"}, ("received_on", "future")),
        ({"received_on": "hier"}, ("received_on", "date")),
    ],
)
def test_a_badly_typed_transfer_is_refused_with_its_field(
    office: Office, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    office.world.visit(OUCHENE, copay_collected="2,50")
    office.world.seal("100")
    good = {"payer": "100", "reference": "A-001", "amount": "1"}
    with pytest.raises(InvalidForm) as refused:
        payments.record(office.world.desk, {**good, **typed})
    assert fault in faults(refused.value)
    assert office.world.sql("select count(*) from payment") == 0


def test_a_payment_nobody_knows_cannot_be_matched(office: Office) -> None:
    with pytest.raises(NotFound):
        payments.rematch(office.world.desk, "nothing")


def _want(lot: object, accepted: int, claimed: int, received: int) -> Expected:
    return Expected(lot, "A-001", "", accepted, claimed, received, None)  # type: ignore[arg-type]  # any lot


_SUMS = st.tuples(st.integers(0, 50_000), st.integers(0, 50_000), st.integers(0, 50_000)).map(
    lambda sums: (sums[0], max(sums[1:]), min(sums[1:]))
)


@given(st.lists(_SUMS, max_size=5), st.integers(1, 200_000))
def test_shares_never_exceed_the_transfer_nor_what_is_due(
    sums: list[tuple[int, int, int]], cents: int
) -> None:
    wants = [_want(i, *each) for i, each in enumerate(sums)]
    given_out = payments.shares(wants, cents)
    assert sum(part for _, part in given_out) <= cents
    assert all(0 < part <= want.due_cents for want, part in given_out)


@given(st.lists(_SUMS, min_size=1, max_size=4))
def test_a_transfer_of_all_that_is_due_pays_all(sums: list[tuple[int, int, int]]) -> None:
    wants = [_want(i, *each) for i, each in enumerate(sums)]
    due = sum(want.due_cents for want in wants)
    assert sum(part for _, part in payments.shares(wants, due)) == due


@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(["A-017", "A-018", "A-019", "A-017 A-018", "A-017 A-018 A-019", "?"]),
            st.sampled_from(["100", "300", "500"]),
            st.integers(1, 60_000),
        ),
        max_size=8,
    )
)
def test_no_sequence_of_payments_pays_more_than_is_due(
    office: Office, lots: dict[str, str], moves: list[tuple[str, str, int]]
) -> None:
    world = office.world
    _announce(office, lots, oa300=25240)
    with world.desk.db as db:
        for name, payer, cents in moves:
            done = _pay(office, f"{cents // 100},{cents % 100:02d}", name, payer)
            assert done.matched_cents + done.unmatched_cents == cents
            payments.rematch(world.desk, done.payment)
        assert world.sql("select count(*) from line where paid_cents > oa_cents") == 0
        assert world.sql("select count(*) from payment where matched_cents > amount_cents") == 0
        matched = "select coalesce(sum(matched_cents), 0) from payment"
        assert world.sql(matched) == world.sql("select coalesce(sum(cents), 0) from reconciliation")
        assert world.sql(matched) == world.sql("select sum(paid_cents) from line")
        late = "select count(*) from line where state = 'Paid' and paid_cents <> oa_cents"
        assert world.sql(late) == 0
        world.clock.advance(days=40)
        assert all(e.due_cents > 0 for e in payments.tasks(world.desk))
        db.execute("delete from reconciliation")
        db.execute("delete from payment")
        db.execute(
            "update line set paid_cents = 0, state = 'Accepted' where state in ('Paid', 'PartPaid')"
        )
        db.execute("update lot set state = 'PartlySettled' where state = 'Settled'")
        db.execute("update session set state = 'Claimed' where state = 'Settled'")
        totals.recount(db)  # the product never takes a payment away
