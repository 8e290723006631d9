"""Real ids for each argument of a route, and forms filled enough to be judged by their ids."""

from collections import defaultdict
from collections.abc import Mapping

from server.core.teletransmission import DocumentKind, DocumentState, Family
from server.core.tray import Origin
from server.services import (
    covers,
    french_assessments,
    french_invoicing,
    french_series,
    french_visits,
    scanners,
    tray,
)
from server.services.tray import Page
from server.store import french_documents, french_invoices, french_lots
from server.store.french_documents import DocumentRow
from server.store.french_lots import LotRow, LotStanding
from tests.france import MARCHAND, admitted
from tests.people import DELVAUX, OUCHENE
from tests.services.french_payers import Payers, paid
from tests.webui.shop import Shop
from tests.world import World

FILLED = {
    "reason": "x", "word": "x", "lot_word": "x", "passphrase": "x", "current": "x",
    "new_passphrase": "x", "again": "x", "locale": "nl", "number": "1", "second": "",
}  # fmt: skip


def kinds_of_ids(shop: Shop) -> Mapping[str, str]:
    """Give, for the name of each argument, an id that is there."""
    sql = shop.world.sql
    letter = str(sql("select id from letter where state = 'Quarantined'"))
    return {
        "patient_id": str(sql("select patient from session where state = 'Ready'")),
        "series_id": str(sql("select treatment from session where state = 'Ready'")),
        "session_id": str(sql("select id from session where state = 'Ready'")),
        "lot_id": str(sql("select max(id) from lot")),
        "line_id": str(sql("select id from line where state <> 'Priced'")),
        "message_id": str(sql("select max(id) from message")),
        "letter_id": letter,
        "payment_id": "01NOPAYMENT",
        "user_id": str(sql("select id from app_user")),
        "card_id": "01NOCARD",
        "mandate_id": "01NOMANDATE",
        "return_id": "01NORETURN",
        "document_id": "01NODOCUMENT",
        "incoming_id": paper_on(shop),
        "request_id": "01NOREQUEST",
        "scanner_id": str(sql("select id from scanner")),
        "version_id": "01NOTABLE",
        "assessment_id": "01NOASSESSMENT",
        "note_id": "01NONOTE",
        "alarm_id": "01NOALARM",
        "place_id": "01NOPLACE",
        "paper": "fees",
        "about_id": "01NOTREATMENT",
        "row_id": "1",
        "sheet": "1",
        "payer": "300",
        "month": "2026-03",
        "number": "nothing",
        "secret": "nothing",
        "filename": "app.css",
        "complementary": "0099999997",
        "step": "rib",
    }


def of_france(world: World) -> Shop:
    """A practice of France: the holder's patient, her rights, cover and one visit; a document."""
    made = Shop(world)
    patient = admitted(world, MARCHAND)
    covers.assign(world.desk, patient, {"amc": "1221212145", "cover_source": "PAPER"})
    today = world.desk.today.isoformat()
    series = french_series.open_series(
        world.desk, patient,
        {"territory": "SPINE", "place": "CABINET", "start_date": today, "rx_date": today,
         "prescriber": "10008888801", "prescriber_name": "Dr Yann Kerdreux",
         "situation": "low_back_pain"},
    )  # fmt: skip
    french_series.request(
        world.desk, series, {"sent_on": today, "sessions_asked": "15", "argument": "Raideur"}
    )
    session = french_visits.record(world.desk, series, {"care_date": today})
    french_invoicing.decide(world.desk, session, {})
    lot_on(world, session, patient)
    written = {name: "Raideur" for name in ("findings", "diagnosis", "goals", "plan")}
    french_assessments.write(world.desk, series, {"kind": "INITIAL", "done_on": today, **written})
    Payers(world).answers(paid(199999999, 1074))
    paper_on(made)
    return made


def lot_on(world: World, session: str, patient: str) -> str:
    """Give a lot that holds the FSE of a session, as nobody signed it; the session stays open."""
    desk, receiver = world.desk, "FSE 01/751/016"
    invoice = french_invoices.number_of(desk.db, session)
    assert invoice is not None
    row = DocumentRow(
        desk.new_id(), DocumentKind.FSE, invoice, session, patient, "991086265", receiver, 3, "",
        False, True, 0, 0, True, desk.now, desk.today, desk.today, DocumentState.IN_LOT, desk.now,
    )  # fmt: skip
    lot = LotRow(
        desk.new_id(), DocumentKind.FSE, Family.SECURED, 1, row.sender, receiver, desk.now,
        desk.user.id, 1, 0, None, LotStanding.IN_LOT, None, None, None, "",
    )  # fmt: skip
    with desk.deed("lot.sealed", "french_lot", lot.id) as seq:
        french_documents.add(desk.db, row, b"sealed", (), desk.device.id, seq)
        french_lots.add(desk.db, lot, b"sealed", [row.id], desk.device.id, seq)
    return lot.id


def of_french_ids(shop: Shop) -> Mapping[str, str]:
    """Give, for the name of each argument, an id that is there, or none of Belgium's."""
    here = {
        "patient_id": str(shop.world.sql("select id from patient")),
        "user_id": str(shop.world.sql("select id from app_user")),
        "incoming_id": paper_on(shop),
        "series_id": str(shop.world.sql("select id from treatment")),
        "request_id": str(shop.world.sql("select id from french_request")),
        "lot_id": str(shop.world.sql("select id from french_lot")),
        "document_id": str(shop.world.sql("select id from french_document")),
        "return_id": str(shop.world.sql("select id from french_return")),
        "line_id": str(shop.world.sql("select line from french_return_loose")),
        "session_id": str(shop.world.sql("select id from session")),
        "paper": "fees",
        "about_id": str(shop.world.sql("select id from treatment")),
        "assessment_id": str(shop.world.sql("select id from french_assessment")),
    }
    return defaultdict(lambda: "0099999997", {**here, "sheet": "1", "filename": "app.css"})


def paper_on(shop: Shop) -> str:
    """Give the id of a document on the table, with one page; received by the world's own user."""
    found = shop.world.sql("select id from incoming")
    if found:
        return str(found)
    key = tray.receive(shop.world.desk, b"%PDF-1.7 fabricated", "recu.pdf", Origin.IMPORT).id
    tray.looked_into(shop.world.desk, key, [Page(b"\xff\xd8 page", 90, ())])
    return key


def busy(world: World) -> Shop:
    """One patient billed, one waiting; a lot sent and answered, a letter set aside, a document."""
    made = Shop(world)
    world.visit(OUCHENE)
    lot = world.seal("100")
    world.visit(DELVAUX)
    made.office.run()
    made.office.take(made.office.sent(lot).accepted())
    made.office.take(b"nothing that can be read")
    paper_on(made)
    scanners.add(world.desk, "192.0.2.20")
    return made
