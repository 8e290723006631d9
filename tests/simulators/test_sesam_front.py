"""The simulated front-end: judges before it answers, books once, answers by its scenario."""

import base64
import json
import poplib
import re
import smtplib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.simulators.sesam.cards import Group, write
from server.simulators.sesam.component import Component
from server.simulators.sesam.front.answers import NOBODYS
from server.simulators.sesam.front.desk import TAKEN, Delays
from server.simulators.sesam.front.documents import Unread, read_document
from server.simulators.sesam.front.judge import NotTaken, read_mail
from server.simulators.sesam.front.orders import orders
from server.simulators.sesam.front.scenario import (
    Answered,
    Fate,
    Kind,
    Receipt,
    Scenario,
    Scenarios,
)
from server.simulators.sesam.front.service import PASSWORD, Config, Running, serve
from server.simulators.sesam.front.smtp import Break
from server.simulators.sesam.people import CPS, PIN, VITALE
from server.simulators.sesam.readers import Readers, Refusal
from server.simulators.sesam.seals import COMPONENT, FILE, sealed_by

ME, CAISSE, MUTUAL = "kine@bal.example", "01751016@frontal.example", "OC999@giesv.rss.fr"
SENDER = "297000010"
FSE, DRE = "FSE 01/751/016", "DRE OC/999/giesv.rss.fr"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def act(day: str = "20260310", amo: int = 1074, fee: int = 1790, amc: int = 716) -> Group:
    told = (day, "TST", 810, 1, 221, 1790, 6000, amo, fee, amc)
    return (1610, [str(each) for each in told])


def invoice(number: int, *acts: Group, separate: bool = True, centre: str = "0999") -> list[Group]:
    routed = ["OC", "giesv.rss.fr", "", "999"] if separate else ["", "", "", ""]
    return [
        (1110, [f"{number:09d}"]), (1120, ["29700001", "0"]),
        (1310, ["01", "751", centre, "751", "016"]),
        (1321, ["", "0799900010", "", "", "", "", "", *routed]), *(acts or (act(),)),
    ]  # fmt: skip


@dataclass
class Kine:
    """Somebody who sends: a component of his own, a counter, the front-end."""

    front: Running
    component: Component = field(
        default_factory=lambda: Component(Readers(write(CPS), write(VITALE)))
    )
    mails: int = 0

    def ask(self, call: str, **told: Any) -> Any:
        return self.component.call({"call": call, "pin": PIN, **told})

    def signed(self, groups: list[Group], kind: str = "FSE", mode: int = 3) -> dict[str, Any]:
        wanted = 1 if kind == "FSE" else 2
        self.component._readers.secured.clear()  # both documents of an invoice, one by one
        sealed: dict[str, Any] = self.ask("secure", invoice=groups, mode=mode, wanted=wanted)[
            "sealed"
        ][0]
        return sealed

    def lot(
        self, number: int, *documents: dict[str, Any], to: str = FSE, family: str = "SECURED"
    ) -> str:
        made = self.ask(
            "build_lot", number=number, family=family, sender=SENDER, recipient=to,
            documents=list(documents),
        )  # fmt: skip
        return str(made["content"])

    def file(self, *lots: str) -> bytes:
        return base64.b64decode(self.ask("build_file", lots=list(lots))["content"])

    def mail(self, file: bytes, to: str = CAISSE, identity: str = "") -> EmailMessage:
        self.mails += 1
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = ME, to, "lot"
        mail["Date"] = "Tue, 10 Mar 2026 12:00:00 +0000"
        mail["Message-ID"] = identity or f"<{self.mails:04d}@bal.example>"
        mail.set_content(
            file, maintype="application", subtype="octet-stream", disposition="attachment",
            filename="lot.b2",
        )  # fmt: skip
        return mail

    def post(self, mail: EmailMessage | bytes, to: str = CAISSE) -> str:
        """Hand a mail over; what is said at the door."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        with smtplib.SMTP("127.0.0.1", self.front.smtp.port, "[127.0.0.1]", 10) as line:
            line.ehlo()
            line.mail(ME)
            line.rcpt(to)
            code, said = line.data(raw)
        return f"{code} {said.decode()}"

    def send(self, *lots: str, to: str = CAISSE, identity: str = "") -> str:
        return self.post(self.mail(self.file(*lots), to, identity), to)

    def answers(self) -> list[dict[str, Any]]:
        """Read what came into the box, as the component translates it."""
        return [
            self.ask("translate", content=base64.b64encode(content).decode())["functional"]
            for content in self.contents()
        ]

    def contents(self) -> list[bytes]:
        return [attached(held.raw) for held in self.front.admin.box(ME)]


def attached(raw: bytes) -> bytes:
    mail = message_from_bytes(raw, policy=default)
    [part] = [part for part in mail.walk() if part.get_content_disposition() == "attachment"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


class Now:
    """A clock that is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def kine(now: Now) -> Iterator[Kine]:
    running = serve(Config(clock=now))
    yield Kine(running)
    running.stop()


def test_a_lot_gets_its_receipt_and_its_return(kine: Kine) -> None:
    mail = kine.mail(kine.file(kine.lot(7, kine.signed(invoice(1)), kine.signed(invoice(2)))))
    assert kine.post(mail) == TAKEN
    arl, rsp = kine.answers()
    assert arl == {
        "kind": "ARL", "origin": "AMO", "lot_kind": "FSE", "ps_number": SENDER, "lot_number": 7,
        "positive": True, "reason": "",
    }  # fmt: skip
    assert (rsp["kind"], rsp["origin"], rsp["ps_number"]) == ("RSP", "AMO", SENDER)
    assert (rsp["payer"], rsp["lot_number"]) == ("017510999", None)
    assert rsp["payment"] == {"reference": "V00000001", "date": "2026-03-10", "amount": 2148}
    assert [line["invoice_number"] for line in rsp["lines"]] == [1, 2]
    assert rsp["lines"][0] == {
        "kind": "invoice", "invoice_number": 1, "amo_paid": 1074, "amc_paid": 0, "outcome": "paid",
        "codes": [], "dates": {"care_from": "2026-03-10", "care_to": "2026-03-10"},
    }  # fmt: skip
    raw = message_from_bytes(kine.front.admin.box(ME)[0].raw, policy=default)
    assert (raw["In-Reply-To"], raw["From"], raw["To"]) == (mail["Message-ID"], CAISSE, ME)
    assert kine.front.admin.accepted() == [1, 1]


def test_a_complementary_answers_its_own_documents(kine: Kine) -> None:
    dre = kine.lot(3, kine.signed(invoice(1), "DRE"), to=DRE)
    assert kine.send(dre, to=MUTUAL) == TAKEN
    arl, rsp = kine.answers()
    assert (arl["origin"], arl["lot_kind"]) == ("AMC", "DRE")
    assert (rsp["payer"], rsp["payment"]["amount"]) == ("0799900010", 716)
    assert (rsp["lines"][0]["amo_paid"], rsp["lines"][0]["amc_paid"]) == (0, 716)


def test_under_one_management_the_caisse_pays_both_parts(kine: Kine) -> None:
    kine.send(kine.lot(1, kine.signed(invoice(1, separate=False))))
    line = kine.answers()[1]["lines"][0]
    assert (line["amo_paid"], line["amc_paid"]) == (1074, 716)


def test_a_return_groups_the_lines_of_one_payer_of_one_day(kine: Kine, now: Now) -> None:
    kine.front.desk.delays = Delays(payment=timedelta(days=5))
    for number, centre in ((1, "0999"), (2, "0999"), (3, "0888")):
        kine.send(kine.lot(number, kine.signed(invoice(number, centre=centre))))
    now.at += timedelta(days=1)
    kine.send(kine.lot(4, kine.signed(invoice(4))))
    assert [each["kind"] for each in kine.answers()] == ["ARL"] * 4
    now.at += timedelta(days=9)
    returns = [each for each in kine.answers() if each["kind"] == "RSP"]
    told = [[line["invoice_number"] for line in each["lines"]] for each in returns]
    assert told == [[1, 2], [3], [4]]
    assert len({each["payment"]["reference"] for each in returns}) == 3


def wrong_mails(kine: Kine) -> dict[str, EmailMessage | bytes]:
    """Write mails that are refused at the door, by what is wrong with them."""
    good = kine.file(kine.lot(1, kine.signed(invoice(1))))
    without, other, two, text = (kine.mail(good) for _ in range(4))
    del without["Subject"]
    del other["From"]
    other["From"] = "else@bal.example"
    two.add_attachment(b"x", maintype="application", subtype="octet-stream", filename="x")
    text.set_content("Bonjour")
    numbered = json.loads(good[len(FILE) :])
    return {
        "headers": without, "envelope": other, "two": two, "text": text,
        "identity": kine.mail(good, identity="nothing"), "seal": kine.mail(good[:-40]),
        "stranger": kine.mail(sealed_by(FILE, json.loads(numbered["corps"]), "somebody")),
        "no lots": kine.mail(sealed_by(FILE, {"destinataire": FSE}, COMPONENT)),
        "clear": kine.mail(good).as_bytes().replace(b"base64", b"8bit"),
        "cut": kine.mail(good).as_bytes()[:-9] + b"*\r\n", "nothing": b"\r\n",
        "lots": kine.mail(sealed_by(FILE, {"destinataire": FSE, "lots": ["eA=="]}, COMPONENT)),
    }  # fmt: skip


def test_what_is_no_file_of_lots_is_refused_at_the_door(kine: Kine) -> None:
    for what, mail in wrong_mails(kine).items():
        assert kine.post(mail).startswith("554 5.6.0"), what
    assert kine.answers() == [] and not kine.front.desk.books.mails


def test_an_address_must_be_that_of_the_lots(kine: Kine) -> None:
    fse = kine.file(kine.lot(1, kine.signed(invoice(1))))
    dre = kine.file(kine.lot(1, kine.signed(invoice(1), "DRE"), to=DRE))
    for file, to in ((fse, "01291010@frontal.example"), (dre, "OC999@other.fr")):
        assert kine.post(kine.mail(file, to), to).startswith("554")
    assert kine.post(kine.mail(fse), CAISSE) == TAKEN
    assert kine.post(kine.mail(dre, MUTUAL.upper()), MUTUAL.upper()) == TAKEN


def refusals(kine: Kine) -> list[str]:
    return [each["reason"] for each in kine.answers() if each["kind"] == "ARL"]


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        (invoice(1, act("20260230")), "jour"),
        (invoice(1, act("demain")), "date"),
        (invoice(1, act(amo=1500)), "honoraires"),
        (invoice(1, (1610, ["20260310"])), "dix champs"),
        (invoice(1)[:4], "aucun acte"),
        ([(1110, ["1"]), *invoice(1)[1:]], "nombre"),
        ([(1110, ["000000001"]), (1120, ["29700009", "0"]), *invoice(1)[2:]], "émetteur"),
        ([*invoice(1)[:2], (1310, ["01", "291", "0", "291", "010"]), act()], "destinataire"),
    ],
)
def test_a_document_that_is_not_in_order_makes_its_lot_refused(
    kine: Kine, groups: list[Group], reason: str
) -> None:
    assert kine.send(kine.lot(9, kine.signed(groups))) == TAKEN
    [told] = refusals(kine)
    assert reason in told
    assert len(kine.answers()) == 1 and kine.front.admin.accepted() == []


def test_a_lot_nobody_signed_or_of_another_receiver_is_refused(kine: Kine) -> None:
    elsewhere = kine.lot(1, kine.signed(invoice(1)), to="FSE 01/291/010")
    told = {"destinataire": FSE, "lots": [elsewhere]}
    assert kine.post(kine.mail(sealed_by(FILE, told, COMPONENT))) == TAKEN
    assert refusals(kine) == ["LOT D UN AUTRE DESTINATAIRE"]
    body = {"numero": 2, "famille": "SECURED", "emetteur": SENDER, "destinataire": FSE}
    for documents, number in (([], 2), ([kine.signed(invoice(2), mode=5)], 3)):
        lot = sealed_by("SIMULE LOT ", {**body, "numero": number, "documents": documents}, "kine")
        file = {"destinataire": FSE, "lots": [base64.b64encode(lot).decode()]}
        assert kine.post(kine.mail(sealed_by(FILE, file, COMPONENT))) == TAKEN
    assert refusals(kine)[1:] == ["LOT VIDE", "signatures d’une autre famille"]
    lot = sealed_by("SIMULE LOT ", {**body, "numero": 1000, "documents": []}, "kine")
    file = {"destinataire": FSE, "lots": [base64.b64encode(lot).decode()]}
    assert kine.post(kine.mail(sealed_by(FILE, file, COMPONENT))).startswith("554")


def test_the_same_mail_is_answered_the_same_and_booked_once(kine: Kine) -> None:
    lot = kine.lot(7, kine.signed(invoice(1)))
    for _ in range(3):
        assert kine.send(lot, identity="<same@bal.example>") == TAKEN
    books = kine.front.desk.books
    assert list(books.files.values()) == [1] and list(books.received.values()) == [1]
    assert books.attempts["<same@bal.example>"] == 3
    assert kine.front.admin.accepted() == [1]
    contents = kine.contents()
    arl = contents[0]
    assert contents.count(arl) == 3 and len(contents) == 4  # and one return
    other = kine.lot(8, kine.signed(invoice(2)))
    assert kine.send(other, identity="<same@bal.example>").startswith("554")


def test_the_same_lot_in_another_mail_gets_its_receipt_again_and_is_paid_once(kine: Kine) -> None:
    lot = kine.lot(7, kine.signed(invoice(1)))
    kine.send(lot)
    kine.send(lot)
    assert [each["kind"] for each in kine.answers()] == ["ARL", "RSP", "ARL"]
    assert kine.front.admin.accepted() == [1]
    assert list(kine.front.desk.books.received.values()) == [2]


def test_a_number_used_by_another_lot_and_an_invoice_received_before_are_refused(
    kine: Kine,
) -> None:
    first, second = kine.signed(invoice(1)), kine.signed(invoice(2))
    kine.send(kine.lot(7, first))
    kine.send(kine.lot(7, second))
    kine.send(kine.lot(8, first, second))
    kine.send(kine.lot(9, second))
    assert refusals(kine) == [
        "", "NUMERO DE LOT DEJA UTILISE", "FACTURE 000000001 DEJA RECUE, LOT 7", "",
    ]  # fmt: skip
    assert kine.front.admin.accepted() == [1, 1]


def test_a_refused_lot_is_sent_again_under_another_number(kine: Kine) -> None:
    document = kine.signed(invoice(1))
    kine.front.admin.set(Scenario(Answered(Receipt.NEGATIVE, "LOT ANTICIPE")), SENDER, CAISSE)
    kine.send(kine.lot(7, document))
    kine.front.admin.set(Scenario(), SENDER, CAISSE)
    kine.send(kine.lot(8, document))
    assert refusals(kine) == ["LOT ANTICIPE", ""]
    assert kine.front.admin.accepted() == [1]


def test_silence_loses_the_lot_and_it_may_come_again(kine: Kine) -> None:
    document = kine.signed(invoice(1))
    kine.front.admin.set(Scenario(Answered(Receipt.SILENCE)), recipient=CAISSE)
    assert kine.send(kine.lot(7, document)) == TAKEN
    assert kine.answers() == []
    kine.front.admin.set(Scenario(), recipient=CAISSE)
    kine.send(kine.lot(8, document))
    assert refusals(kine) == [""]
    assert kine.front.admin.accepted() == [1]


def test_a_late_receipt_comes_late_and_its_return_after_it(kine: Kine, now: Now) -> None:
    kine.front.admin.set(Scenario(Answered(Receipt.LATE, days=4)), sender=SENDER)
    kine.send(kine.lot(7, kine.signed(invoice(1))))
    now.at += timedelta(days=3)
    assert kine.answers() == []
    now.at += timedelta(days=1)
    assert [each["kind"] for each in kine.answers()] == ["ARL", "RSP"]


def test_duplicates_are_the_same_bytes_under_other_names(kine: Kine) -> None:
    kine.front.admin.set(Scenario(Answered(Receipt.DUPLICATE)))
    kine.send(kine.lot(7, kine.signed(invoice(1))))
    contents = kine.contents()
    assert len(contents) == 4 and len(set(contents)) == 2
    assert len({held.uidl for held in kine.front.admin.box(ME)}) == 4
    assert kine.front.admin.accepted() == [1]


def test_a_garbled_receipt_cannot_be_read_and_the_return_can(kine: Kine) -> None:
    kine.front.admin.set(Scenario(Answered(Receipt.GARBLED)))
    kine.send(kine.lot(7, kine.signed(invoice(1))))
    garbled, good = kine.contents()
    with pytest.raises(Refusal):
        kine.ask("translate", content=base64.b64encode(garbled).decode())
    assert kine.ask("translate", content=base64.b64encode(good).decode())


FATES: Sequence[tuple[Fate, list[tuple[str, int | None, int, str]], int]] = [
    (Fate(Kind.PARTIAL), [("invoice", 1, 537, "partial")], 537),
    (Fate(Kind.REJECTED, "0250 051", "X"), [("invoice", 1, 0, "rejected")], 0),
    (Fate(Kind.OTHER_LOT), [("invoice", 1, 0, "info")], 0),
    (Fate(Kind.RECOVERY), [("invoice", 1, 1074, "paid"), ("recovery", None, -1790, "info")], -716),
    (
        Fate(Kind.UNKNOWN, cents=500),
        [("invoice", 1, 1074, "paid"), ("invoice", NOBODYS, 500, "paid")], 1574,
    ),
    (Fate(Kind.WRONG_TOTAL, cents=100), [("invoice", 1, 1074, "paid")], 1174),
]  # fmt: skip


@pytest.mark.parametrize(("fate", "expected", "amount"), FATES)
def test_a_payer_does_with_an_invoice_what_it_is_told(
    kine: Kine, fate: Fate, expected: list[tuple[str, int | None, int, str]], amount: int
) -> None:
    kine.front.admin.set_invoice(1, fate, "AMO")
    kine.send(kine.lot(7, kine.signed(invoice(1))))
    kine.send(kine.lot(7, kine.signed(invoice(1), "DRE"), to=DRE), to=MUTUAL)
    of_caisse, of_mutual = (each for each in kine.answers() if each["kind"] == "RSP")
    told = [
        (line["kind"], line["invoice_number"], line["amo_paid"], line["outcome"])
        for line in of_caisse["lines"]
    ]
    assert told == expected
    assert of_caisse["payment"]["amount"] == amount
    assert of_mutual["lines"][0]["outcome"] == "paid"
    if fate.kind is Kind.REJECTED:
        assert of_caisse["lines"][0]["codes"] == [{"code": "0250 051", "text": "X"}]


def test_each_payer_decides_for_itself_and_an_invoice_before_the_rest() -> None:
    scenarios = Scenarios()
    scenarios.set(Scenario(amo=Fate(Kind.PARTIAL), amc=Fate(Kind.REJECTED)))
    scenarios.set_invoice(5, Fate(Kind.OTHER_LOT))
    assert scenarios.fate(SENDER, CAISSE, "AMO", 1).kind is Kind.PARTIAL
    assert scenarios.fate(SENDER, MUTUAL, "AMC", 1).kind is Kind.REJECTED
    assert scenarios.fate(SENDER, MUTUAL, "AMC", 5).kind is Kind.OTHER_LOT


def test_a_seed_draws_the_same_again_and_none_draws_nothing() -> None:
    def drawn(seed: int) -> list[tuple[Receipt, Kind]]:
        scenarios = Scenarios(seed)
        return [
            (
                scenarios.receipt(SENDER, CAISSE, n).kind,
                scenarios.fate(SENDER, CAISSE, "AMO", n).kind,
            )
            for n in range(1, 400)
        ]

    assert drawn(7) == drawn(7) != drawn(8)
    assert {kind for kind, _ in drawn(7)} == set(Receipt) - {Receipt.CUT}
    assert {fate for _, fate in drawn(7)} == set(Kind)
    assert set(drawn(0)) == {(Receipt.OK, Kind.PAID)}


@pytest.mark.parametrize(("broken", "taken"), [(Break.BEFORE, 0), (Break.AFTER, 1)])
def test_a_line_can_break_before_or_after_a_mail_is_taken(
    kine: Kine, broken: Break, taken: int
) -> None:
    kine.front.admin.break_next(broken)
    lot = kine.lot(7, kine.signed(invoice(1)))
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
        kine.send(lot, identity="<same@bal.example>")
    assert len(kine.front.admin.accepted()) == taken
    assert kine.send(lot, identity="<same@bal.example>") == TAKEN
    assert kine.front.admin.accepted() == [1]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("MAIL FROM:<a@b>", 503), ("EHLO", 503), ("HELO x", 250), ("RCPT TO:<a@b>", 503),
        ("DATA", 503), ("NOOP", 250), ("RSET", 250), ("VRFY a", 502), ("x" * 600, 500),
    ],
)  # fmt: skip
def test_the_door_of_mails_keeps_the_order_of_words(kine: Kine, said: str, code: int) -> None:
    with closing(smtplib.SMTP("127.0.0.1", kine.front.smtp.port, "[127.0.0.1]", 10)) as line:
        assert line.docmd(said)[0] == code


def test_paths_and_lines_of_a_message_are_read_strictly(
    kine: Kine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.simulators.sesam.front.smtp._MOST_BYTES", 2_000)
    with smtplib.SMTP("127.0.0.1", kine.front.smtp.port, "[127.0.0.1]", 10) as line:
        line.ehlo()
        assert line.docmd("MAIL FROM:a@b")[0] == 501
        for body, code in (
            (b"x" * 2_000, 500),
            (b"x\n", 500),
            (b"xxxx\r\n" * 900, 552),
            (b"x", 554),
        ):
            assert line.mail(ME)[0] == 250
            assert line.docmd("RCPT TO:a@b")[0] == 501
            assert line.rcpt(CAISSE)[0] == 250
            assert line.data(body)[0] == code
        line.mail(ME)
        line.rcpt(CAISSE)
        assert line.docmd("DATA")[0] == 354
        line.close()
    assert not kine.front.desk.books.mails


def test_a_mail_has_one_receiver(kine: Kine) -> None:
    with smtplib.SMTP("127.0.0.1", kine.front.smtp.port, "[127.0.0.1]", 10) as line:
        line.ehlo()
        line.mail(ME)
        assert line.rcpt(CAISSE)[0] == 250
        assert line.rcpt(MUTUAL)[0] == 452


Visit = Callable[..., poplib.POP3]


@pytest.fixture
def visit(kine: Kine) -> Iterator[Visit]:
    opened: list[poplib.POP3] = []

    def visited(password: str = PASSWORD) -> poplib.POP3:
        opened.append(poplib.POP3("127.0.0.1", kine.front.pop.port, timeout=10))
        opened[-1].user(ME.upper())
        opened[-1].pass_(password)
        return opened[-1]

    yield visited
    for each in opened:
        each.close()


def test_a_box_is_read_and_emptied_as_the_protocol_says(kine: Kine, visit: Visit) -> None:
    kine.send(kine.lot(7, kine.signed(invoice(1))))
    kine.front.admin.put(ME, b"Subject: x\r\n\r\n.point\r\n")
    box = visit()
    count, size = box.stat()
    assert count == 3
    names = [line.split()[1] for line in box.uidl()[1]]
    assert len(set(names)) == 3
    assert sum(int(line.split()[1]) for line in box.list()[1]) == size
    assert box.uidl(1).split()[2] == names[0] and box.list(2).startswith(b"+OK 2 ")  # type: ignore[attr-defined]
    assert b".point" in box.retr(3)[1]
    box.dele(1)
    for wrong in ("RETR 1", "DELE 1", "UIDL 9", "LIST x", "TOP 1 1", "USER x"):
        with pytest.raises(poplib.error_proto):
            box._shortcmd(wrong)  # type: ignore[attr-defined]
    assert box.stat()[0] == 2
    box.rset()
    box.noop()
    assert box.stat()[0] == 3
    box.dele(2)
    box.quit()
    assert [held.uidl.encode() for held in kine.front.admin.box(ME)] == [names[0], names[2]]


def test_nothing_is_deleted_without_taking_leave(kine: Kine, visit: Visit) -> None:
    kine.front.admin.put(ME, b"x\r\n")
    box = visit()
    box.dele(1)
    box.close()
    assert len(kine.front.admin.box(ME)) == 1


def test_a_box_needs_its_password_and_takes_one_visitor(
    kine: Kine, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.simulators.sesam.front.pop._BUSY_SECONDS", 0.1)
    with pytest.raises(poplib.error_proto, match="AUTH"):
        visit("other")
    with closing(poplib.POP3("127.0.0.1", kine.front.pop.port, timeout=10)) as stranger:
        for command in ("PASS simule", "STAT", "RETR 1"):
            with pytest.raises(poplib.error_proto):
                stranger._shortcmd(command)  # type: ignore[attr-defined]
        stranger.quit()
    visit()
    with pytest.raises(poplib.error_proto, match="IN-USE"):
        visit()


def test_a_cut_message_is_cut_until_it_is_healed(kine: Kine, visit: Visit) -> None:
    kine.front.admin.set(Scenario(Answered(Receipt.CUT)))
    kine.send(kine.lot(7, kine.signed(invoice(1))))
    with pytest.raises((poplib.error_proto, OSError)):
        visit().retr(1)
    box = visit()
    assert box.stat()[0] == 2 and box.retr(2)
    box.quit()
    kine.front.admin.heal()
    assert visit().retr(1)[1]


def test_ports_are_told_taken_once_and_free_again(now: Now) -> None:
    first = serve(Config(clock=now))
    assert re.fullmatch(r"smtp://127\.0\.0\.1:\d+", first.smtp_address)
    assert re.fullmatch(r"pop3://127\.0\.0\.1:\d+", first.pop_address)
    with pytest.raises(OSError, match="in use"):
        serve(Config(smtp_port=first.smtp.port))
    with pytest.raises(OSError, match="in use"):
        serve(Config(pop_port=first.pop.port))
    ports = first.smtp.port, first.pop.port
    waiting = smtplib.SMTP("127.0.0.1", ports[0], "[127.0.0.1]", 10)
    first.stop()
    with pytest.raises((OSError, smtplib.SMTPException)):
        waiting.noop()
    waiting.close()
    deadline = time.monotonic() + 5
    while True:
        try:
            again = serve(Config(smtp_port=ports[0], pop_port=ports[1]))
            break
        except OSError:
            assert time.monotonic() < deadline
    again.stop()


def test_a_document_that_is_no_group_at_all_is_unread() -> None:
    for content in (b"SIMULE FSE \x04", b"SIMULE FSE "):
        with pytest.raises(Unread):
            read_document("FSE", content)


def test_a_tester_in_another_process_gives_the_same_orders(kine: Kine) -> None:
    given = orders(kine.front.admin)
    given["scenario"](
        {
            "sender": SENDER, "receipt": {"kind": "duplicate"}, "amo": {"kind": "partial"},
            "amc": {"kind": "rejected", "code": "0250 051"},
        }
    )  # fmt: skip
    given["invoice"]({"number": 2, "kind": "recovery", "cents": 300, "origin": "AMO"})
    kine.send(kine.lot(7, kine.signed(invoice(1)), kine.signed(invoice(2))))
    told = kine.answers()
    assert [each["kind"] for each in told] == ["ARL", "ARL", "RSP", "RSP"]
    lines = [(line["kind"], line["amo_paid"]) for line in told[2]["lines"]]
    assert lines == [("invoice", 537), ("invoice", 1074), ("recovery", -300)]
    given["scenario"]({"receipt": {"kind": "cut", "days": 1}})
    given["heal"]({})
    spoilt: list[dict[str, Any]] = [
        {"receipt": {}}, {"amo": {"kind": "odd"}}, {"receipt": {"kind": "late", "days": "x"}},
    ]  # fmt: skip
    for wrong in spoilt:
        with pytest.raises((ValueError, KeyError, TypeError)):
            given["scenario"](wrong)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_whatever_is_signed_or_mailed_is_taken_or_refused(noise: bytes, at: int) -> None:
    good = write(invoice(1))
    for content in (noise, good[:at] + noise + good[at:], good[:at]):
        try:
            assert read_document("FSE", b"SIMULE FSE " + content).digest
        except Unread as why:
            assert str(why)
    head = (
        f"From: {ME}\r\nTo: {CAISSE}\r\nSubject: x\r\nDate: x\r\nMessage-ID: <a@b>\r\n"
        "Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n"
    ).encode()
    for raw in (noise, head[:at] + noise + head[at:]):
        try:
            assert read_mail(raw, ME, CAISSE).file is not None
        except NotTaken as why:
            assert str(why)
