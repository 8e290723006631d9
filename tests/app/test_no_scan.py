"""No statement of the product walks a table that grows: each finds its rows by an index.

A day is played by the real program and by the services behind it, every statement is kept as it
was executed, and SQLite is asked how it would run each, triggers included. Its plans hang on the
schema alone, for the practice gathers no statistics: they are those of a million sessions too.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from server.app.bench import big_practice, load
from server.app.bench.big_practice import CHEAP
from server.app.bench.big_server import Copyless, Morning, every_route
from server.app.bench.big_visitor import Visitor
from server.app.clocks import ShiftedClock
from server.app.demo_practice import PASSPHRASE
from server.services import (
    french_series,
    french_settlements,
    french_visits,
    lots,
    payments,
    refusals,
    sessions,
)
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.settings import Settings
from sync.transports.fakes import FakePartner
from tests.france import MARCHAND, admitted
from tests.people import BODART, DELVAUX, OUCHENE
from tests.services.french_payers import Payers, paid, refused
from tests.services.office import Office
from tests.services.online_office import online_office
from tests.webui.shop import Shop
from tests.world import World

ROOT = Path(__file__).parents[2]

SMALL = {
    "practice": "one row",
    "device": "a handful of machines",
    "practitioner": "the kinés of one practice",
    "app_user": "the people of one practice",
    "user_card": "a card or two for each of them",
    "mandate": "a few for each of them",
    "reference_version": "the versions of the tables of rules",
    "setting": "the choices of one practice",
    "scanner": "the scanners typed in one by one",
    "complementary": "the complementaries typed in one by one",
    "enrolment_step": "the steps of one list, and one for each kiné",
    "account_told": "the complementaries of one practice",
    "trust_root": "roots a person loaded one by one",
    "counter": "one row for each series of numbers",
    "acting": "the act now under way: one row",
    "clock_back": "the acts whose clock had been set back",
    "tray": "the documents nobody filed yet",
    "mail_closed": "the mails under way, one or none",
    "french_return_loose": "the lines of returns nobody tied yet",
    "french_reject_open": "the invoices refused and not corrected yet",
    "draft": "what is being typed, a few forms for each user",
    "pin": "one row for each user",
    "manifest_key": "one key",
    "sqlite_sequence": "one row for each numbered table",
    "line_total": "one row for each state",
    "to_bill": "one row for each insurer and month still to bill",
    "sqlite_master": "the schema",
}
"""Tables that may be walked, and why they stay small whatever the practice."""

WHOLE = {
    'select "device", "seq", "at", "boot"': "the proof of the journal reads every row of it",
    "select l.id, l.payload_sha256, m.sha256": "the proof of a copy reads its newest lots whole",
    "select id, device, seq, hash, at, why, lot, signature from journal_head": "a page of them",
}
"""Statements that may walk, by how they begin, and why."""

PLACES = {
    "ref.": "the dated tables of the reference file: the same for every practice",
    "json_each": "the ids handed to one statement",
    "known": "one row for each insurer",
    "CONSTANT": "no table",
    "(subquery-": "what a query inside found by its own index",
    "a": "the act now under way, as triggers call it: one row",
    "main.sqlite_master": "the names of the tables",
    "filing": "looked through for a new patient only while a reference to nobody is pending: never",
    "mine": "the acts on one patient, found by index",
    "h": "the start of a history: one row for each device",
    "f": "the refused files whose lines wait, found by index",
    "w": "two hundred patients at most, found by their words",
}
"""What else may be walked: it is no table."""

WIDE = ("(device=?)", "(entity=?)", "(user=?)")
"""Searches that find nearly everything: one device, one kind of thing, one user."""

_ACTS = re.compile(r"\s*(select|insert|update|delete|with)\b", re.IGNORECASE)
Kept = dict[str, Any]


@pytest.fixture
def statements() -> Iterator[Kept]:
    """Every statement executed on any connection opened meanwhile, with the last values bound."""
    kept: Kept = {}

    def keep(_: apsw.Cursor, text: str, bindings: Any) -> bool:
        if _ACTS.match(text):  # never the one that bears the key
            kept[text] = bindings
        return True

    def watch(db: apsw.Connection) -> None:
        db.exec_trace = keep

    apsw.connection_hooks.append(watch)
    yield kept
    apsw.connection_hooks.remove(watch)


@pytest.fixture
def screens(tmp_path: Path, statements: Kept) -> Callable[[], None]:
    """Look at every page of a practice with a past, search, filter, seal, and lock."""

    def play() -> None:
        folder = tmp_path / "past"
        folder.mkdir(mode=0o700)
        big_practice.found(folder, 300)
        keys = load.keys_of(folder)
        statements.clear()  # a past made in bulk, and a choice of addresses, are no day
        program = Copyless(  # a copy walks every table, as it must
            Settings(folder, window=False, cards=False), ShiftedClock(Morning()), cost=CHEAP
        )
        visitor = Visitor(program.start())
        try:
            visitor.unlock(PASSPHRASE)
            for texts in (*load.LISTS.values(), *load.OTHERS.values()):
                for text in texts:
                    visitor.get(text.format_map(keys))
            for typed in load.TYPED:
                visitor.search(typed)
            for words in ("aujourd", "A-512", "solidaris", "24/11/2026"):
                visitor.get("ledger/")
                visitor.post("ledger/find", {"words": words, "which": "all"})
            visitor.get("billing/")
            visitor.post("billing/seal", {})
            visitor.lock()
        finally:
            visitor.close()
            program.stop()

    return play


@pytest.fixture
def office(world: World) -> Office:
    outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, lambda: 0.5)
    return Office(world, FakePartner(), outbox, PracticeIntake(world.cabinet.desk))


def _play_a_day(office: Office) -> None:
    """Care, sealing, sending, refusals, settlement, payment and correction, as in H-01."""
    world = office.world
    for person in (OUCHENE, DELVAUX, BODART):
        world.visit(person, copay_collected="2,50", payment_means="CASH")
    sessions.void(world.desk, world.visit(OUCHENE), "erreur")
    done, _ = lots.seal_all(world.desk)
    office.run()
    first, second = done[0].lot, done[1].lot
    line = office.lines(first)[0]
    answer = office.sent(first)
    office.take(answer.receipt())
    office.take(answer.saying(answer.rank(line.ref), "R500522").accepted())
    office.take(office.sent(second).refused())
    refusals.lines(world.desk)
    refusals.files(world.desk)
    lot = office.lot(first)
    reference = f"{lot.number:03d}/202603/{lot.payer}/"
    office.take(answer.settled(lot.oa_cents, reference))
    for want in payments.expected(world.desk):
        typed = {"payer": lot.payer, "reference": want.payment_reference, "amount": "10"}
        payments.record(world.desk, typed)
    refusals.correct(world.desk, line.id)
    office.run()


def _walked(db: apsw.Connection, text: str, bindings: Any) -> list[str]:
    """Name what the plan of a statement walks from end to end."""
    given = bindings if isinstance(bindings, dict) else tuple(bindings or ())
    plan = db.execute(f"explain query plan {text}", given).fetchall()
    steps = [str(row[3]) for row in plan]
    walks = [step.split()[1] for step in steps if step.startswith("SCAN ") or _is_wide(step, text)]
    virtual = {step.split()[1] for step in steps if "VIRTUAL TABLE" in step}
    return [name for name in walks if name not in virtual]


def _is_wide(step: str, text: str) -> bool:
    """Say whether a search goes through nearly all of a table: the last row of all is no walk."""
    if not step.startswith("SEARCH ") or "VIRTUAL TABLE" in step or "limit 1" in text:
        return False
    unbound = re.search(r"\(.+\)", step) is None and " join " in text
    return unbound or step.endswith(WIDE)


def _scans(db: apsw.Connection, kept: Kept) -> dict[str, list[str]]:
    db.config(apsw.SQLITE_DBCONFIG_TRIGGER_EQP, 1)
    db.exec_trace = None
    known = {*SMALL, *PLACES}
    found = {}
    for text, bindings in kept.items():
        words = " ".join(text.split())
        if words.startswith(tuple(WHOLE)):
            continue
        bad = [name for name in _walked(db, text, bindings) if not _is_known(name, known)]
        if bad:
            found[words] = bad
    return found


def _is_known(name: str, known: set[str]) -> bool:
    return name in known or name.startswith(("(subquery-", "ref."))


def test_no_statement_of_a_day_walks_a_table_that_grows(
    statements: Kept, screens: Callable[[], None], office: Office
) -> None:
    screens()
    _play_a_day(office)
    assert len(statements) > 140
    found = _scans(office.world.desk.db, statements)
    assert not found, "\n".join(f"{walked} in: {text}" for text, walked in found.items())


def test_no_statement_of_a_french_day_walks_a_table_that_grows(
    french_world: World, statements: Kept
) -> None:
    """Its pages are not in the big practice of the bench: each is looked at, and each form sent."""
    shop = Shop(french_world)
    patient = admitted(french_world, MARCHAND)
    shop.post("payers/new", name="Mutuelle Breizh", number="799900082", unique="1")
    shop.post(f"covers/{patient}", amc="799900082", cover_source="PAPER")
    shop.post(f"rights/{patient}", kind="ALD", right_source="PAPER", rights_from="01/01/2026")
    pages = ("today/", "patients/", "patients/new", f"patients/{patient}", f"covers/{patient}",
             f"patients/{patient}/edit", f"rights/{patient}", "payers/", "payers/0799900082",
             "payers/?q=breizh&everything=1", "options/")  # fmt: skip
    for path in pages:
        shop.get(path)
    _bill_in_france(shop, patient, statements)
    shop.search("2 61 05 75")
    shop.post("payers/0799900082/delete")
    right = str(french_world.sql("select id from french_right where kind = 'ALD'"))
    statements.pop("select id from french_right where kind = 'ALD'")
    shop.post(f"rights/{patient}/withdraw", right=right)
    with online_office(french_world) as beside:
        beside.patients[MARCHAND.nir] = patient
        session = beside.visited()
        shop.post(f"rights/{patient}/adri")
        shop.post(f"sessions/{session}/tp")
        beside.run()
        for path in (f"rights/{patient}", f"sessions/{session}/tp", f"sessions/{session}"):
            shop.get(path)
        shop.post(f"sessions/{session}/tp/patient")
    found = _scans(french_world.desk.db, statements)
    assert not found, "\n".join(f"{walked} in: {text}" for text, walked in found.items())


def _bill_in_france(shop: Shop, patient: str, statements: Kept) -> None:
    """Treat, visit, decide who pays, and look at every screen that tells it."""
    desk = shop.world.desk
    series = french_series.open_series(
        desk, patient,
        {"territory": "SPINE", "place": "CABINET", "start_date": desk.today.isoformat(),
         "rx_date": desk.today.isoformat(), "prescriber": "10008888801",
         "prescriber_name": "Dr Yann Kerdreux"},
    )  # fmt: skip
    shop.get(f"sessions/of/{series}")
    session = french_visits.record(
        desk, series, {"care_date": desk.today.isoformat(), "billing": "1", "tp_amo": "1"}
    )
    shop.post(f"invoicing/{session}/formula", heading="AUXM", formula_code="052")
    shop.post(f"invoicing/{session}", tp_amo="1")
    shop.post(f"invoicing/{session}/receipt")
    for path in (f"invoicing/{session}", f"invoicing/{session}/sign", "transmission/",
                 "invoicing/", "invoicing/?which=due", "today/",
                 f"sessions/{session}", f"series/{series}"):  # fmt: skip
        shop.get(path)
    _correct_in_france(shop, patient, session, statements)
    _paid_in_france(shop, session, statements)


def _paid_in_france(shop: Shop, session: str, statements: Kept) -> None:
    """Take returns that pay, refuse and name nobody; tie what is loose, and look at the bank."""
    payers = Payers(shop.world)
    number = int(str(shop.world.sql("select max(number) from french_invoice")))
    statements.pop("select max(number) from french_invoice")
    payers.sent(session, "FSE", 1074)
    payers.sent(session, "DRE", 0, 716)
    first = payers.answers(paid(number, 500), paid(199999999, 1), paid(199999998, 1)).id
    payers.answers(paid(number, 574))
    payers.answers(refused(number, "0250 050"), origin="AMC")
    shop.world.clock.advance(days=40)
    one, other = (each.line.id for each in french_settlements.loose(shop.world.desk))
    for path in ("returns/", f"returns/?before={first}", f"returns/{first}"):
        shop.get(path)
    shop.post(f"returns/lines/{one}/tie", **{f"invoice-{one}": str(number)})
    shop.post(f"returns/lines/{other}/aside", **{f"comment-{other}": "Rendu"})
    shop.post(f"returns/{first}/bank", amount="5")
    payers.answers(paid(number, 0, 716), origin="AMC")
    french_settlements.owed(shop.world.desk, number)
    for path in ("returns/", f"returns/{first}"):
        shop.get(path)


def _correct_in_france(shop: Shop, patient: str, session: str, statements: Kept) -> None:
    """Note a reject, take it back, note it again and correct the invoice, others with it."""
    noted = {"label": "0250 050", "invoice": "126000001", "part": "AMO"}
    shop.post(f"invoices/{patient}/rejects", **noted)
    reject = str(shop.world.sql("select id from french_reject"))
    statements.pop("select id from french_reject")
    shop.post(f"invoices/{patient}/rejects/off", reject=reject)
    shop.post(f"invoices/{patient}/rejects", **noted)
    for path in (f"invoices/{patient}", f"invoicing/{session}", "invoicing/?which=refused",
                 "today/", f"past/{patient}", "journal/"):  # fmt: skip
        shop.get(path)
    shop.post(f"invoicing/{session}", tp_amo="1", others="1")
    for path in (f"invoices/{patient}", f"invoicing/{session}", f"past/{patient}"):
        shop.get(path)


def test_a_walk_is_seen_wherever_it_hides(world: World) -> None:
    db = world.desk.db
    db.config(apsw.SQLITE_DBCONFIG_TRIGGER_EQP, 1)
    assert _walked(db, "select count(*) from line where confidence = ?", ("T",)) == ["line"]
    assert _walked(db, "select 1 from lot where id = ?", ("x",)) == []
    assert _walked(db, "select at from journal where device = ?", ("x",)) == ["journal"]
    assert _walked(db, "select at from journal where device = ? limit 1", ("x",)) == []
    joined = "select max(j.at) from history_start h join journal j on j.device = h.device"
    assert "j" in _walked(db, f"{joined} and j.seq = h.seq", ())
    db.execute(
        "create temp trigger slow after insert on main.event"
        " begin update session set place = 'HOME' where institution = 'x'; end"
    )
    assert "session" in _walked(db, "insert into event (at, kind, ref) values ('', '', '')", ())


def test_no_statement_skips_rows_by_counting_them() -> None:
    texts = [
        (file.name, node.value)
        for file in (ROOT / "server").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    asked = [(name, text) for name, text in texts if re.search(r"\bselect\b", text, re.I)]
    assert asked
    assert [
        found for found in asked if re.search(r"\blimit\b.*\boffset\b", found[1], re.I | re.S)
    ] == []


def test_every_page_of_the_product_is_measured() -> None:
    assert every_route() - {*load.LISTS, *load.OTHERS, *load.UNSEEN} == set()


def test_a_page_nobody_measures_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "LISTS", {})
    with pytest.raises(LookupError, match=r"ledger\.index"):
        load.know_every_route(every_route())
