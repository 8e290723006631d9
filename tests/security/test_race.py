"""Fifty clicks at once on the same button, over real sockets: one effect."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import requests

from server.services import ledger
from sync.engine import Engine
from tests.app.visitor import Visitor
from tests.people import DELVAUX, OUCHENE
from tests.security.conftest import Served

CLICKS = 50


def click(served: Served, visitor: Visitor, path: str, **fields: str) -> list[int]:
    """Send one form fifty times from fifty connections that start together."""
    return [answer.status_code for answer in clicks(served, visitor, path, **fields)]


def clicks(served: Served, visitor: Visitor, path: str, **fields: str) -> list[requests.Response]:
    together = Barrier(CLICKS)
    form = {"page_token": served.shop.door.page_token, **fields}
    cookies = visitor.session.cookies.get_dict()

    def once(_: int) -> requests.Response:
        together.wait()
        with requests.Session() as own:
            own.trust_env = False
            return own.post(
                visitor.root + path, data=form, cookies=cookies, allow_redirects=False, timeout=60
            )

    with ThreadPoolExecutor(CLICKS) as hands:
        return list(hands.map(once, range(CLICKS)))


def count(served: Served, query: str) -> int:
    return int(str(served.shop.world.sql(query)))


def test_row_44_fifty_clicks_on_seal_make_one_lot(served: Served) -> None:
    world = served.shop.world
    world.visit(OUCHENE)
    visitor = served.visitor()
    answers = click(served, visitor, "billing/seal/100/2026-03")
    assert not [status for status in answers if status >= 500]
    assert count(served, "select count(*) from lot") == 1
    assert count(served, "select count(*) from message") == 1


def test_row_44_fifty_clicks_on_pay_make_one_payment_of_a_statement(served: Served) -> None:
    shop, office = served.shop, served.shop.office
    shop.world.visit(OUCHENE)
    lot = shop.world.seal("100")
    office.run()
    insurer = office.sent(lot)
    cents = count(served, "select sum(oa_cents) from line")
    assert office.take(insurer.settled(cents, "017/202603/100/1"))
    visitor = served.visitor()
    amount = f"{cents // 100},{cents % 100:02d}"
    paid = {"payer": "100", "reference": "017/202603/100/1", "amount": amount}
    answers = click(served, visitor, "finances/", **paid)
    assert not [status for status in answers if status >= 500]
    assert count(served, "select count(*) from line where state = 'Paid'") == 1
    assert count(served, "select coalesce(sum(cents), 0) from reconciliation") == cents


def test_row_44_fifty_clicks_on_send_send_once(served: Served) -> None:
    shop, office = served.shop, served.shop.office
    shop.world.visit(OUCHENE)
    shop.world.visit(DELVAUX)
    shop.world.seal("100")
    streams = {"efact": office.partner}
    post = Engine(office.outbox, streams, streams, office.intake, shop.world.clock)
    together = Barrier(8)

    def run(_: int) -> None:
        together.wait()
        post.run_once(manual=True)

    with ThreadPoolExecutor(8) as hands:
        list(hands.map(run, range(8)))
    assert len(office.partner.arrived) == 1
    assert {str(told.lot.state) for told in ledger.lots(shop.world.desk)} == {"Sent"}


def test_row_44_fifty_clicks_on_a_session_make_one_that_can_be_billed(served: Served) -> None:
    world = served.shop.world
    series = world.open_series(OUCHENE)
    visitor = served.visitor()
    answers = click(served, visitor, f"sessions/of/{series}", care_date=str(world.desk.today))
    assert not [status for status in answers if status >= 500]
    assert count(served, "select count(*) from session where state = 'Ready'") == 1
    twice = "select count(*) from session_block where code = 'day.duplicate'"
    assert count(served, twice) == CLICKS - 1


def test_row_44_fifty_clicks_on_one_form_record_one_session(served: Served) -> None:
    series = served.shop.world.open_series(OUCHENE)
    visitor = served.visitor()
    form = fields(visitor.get(f"sessions/of/{series}").text)
    answers = clicks(served, visitor, f"sessions/of/{series}", **form, payment_means="CASH")
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert count(served, "select count(*) from session") == 1
    assert count(served, "select count(*) from session_block") == 0
    recorded = "select count(*) from journal where action = 'session.recorded'"
    assert count(served, recorded) == 1


def test_row_44_fifty_clicks_on_one_form_note_one_transfer(served: Served) -> None:
    shop, office = served.shop, served.shop.office
    shop.world.visit(OUCHENE)
    shop.world.seal("100")
    office.run()
    visitor = served.visitor()
    form = fields(visitor.get("finances/").text)
    paid = {"payer": "100", "reference": "INCONNU", "amount": "12,00"}
    answers = clicks(served, visitor, "finances/", **{**form, **paid})
    assert {answer.status_code for answer in answers} == {303}
    assert count(served, "select count(*) from payment") == 1


def fields(page: str) -> dict[str, str]:
    """Give the hidden key of the one form of a page that counts once."""
    (key,) = re.findall(r'name="form_key" value="([0-9A-Z]{26})"', page)
    return {"form_key": key}
