"""Lots of the component, sent by mail to the simulated front-end; what comes back, translated."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import pytest

from hardware.child import command
from hardware.sesam import SesamProcess
from server.core.outbox import Letter, Message, MessageState, Verdict
from server.core.sesam import DriverError, Group, Mode, Sealed, Wanted
from server.core.teletransmission import (
    STREAM,
    BuiltLot,
    DocumentKind,
    Family,
    LotOrder,
    Recipient,
)
from server.simulators.sesam.front.answers import Table
from server.simulators.sesam.front.scenario import Answered, Fate, Kind, Receipt, Scenario
from server.simulators.sesam.front.service import PASSWORD, Config, Running, serve
from server.simulators.sesam.front.smtp import Break
from server.simulators.sesam.people import PIN
from sync.circuit import Circuit
from sync.engine import Engine
from sync.fakes import MemoryClock, MemoryIntake, MemoryOutbox
from sync.mailbox import Door
from sync.sesam_mailbox import SesamMailbox
from sync.transports.exchange import Limits
from sync.transports.sesam_mail import SesamMail
from sync.transports.smtp_line import SmtpDoor

ME, SENDER = "kine@bal.example", "297000010"
CAISSE = Recipient(DocumentKind.FSE, "01", "751", "016")
MUTUAL = Recipient(DocumentKind.DRE, "OC", "999", "giesv.rss.fr")
ADDRESS = {CAISSE: "01751016@frontal.example", MUTUAL: "OC999@giesv.rss.fr"}
NUMBERS = count(1)


@pytest.fixture(scope="module")
def component() -> Iterator[SesamProcess]:
    started = SesamProcess(command("server.simulators.sesam.process"), demo=True)
    yield started
    started.close()


@pytest.fixture
def front(clock: MemoryClock) -> Iterator[Running]:
    running = serve(Config(clock=clock.now))
    yield running
    running.stop()


class Practice:
    """One practice: its component, its mail, its box, and what it was told."""

    def __init__(self, front: Running, component: SesamProcess, clock: MemoryClock) -> None:
        self.front, self.component, self.clock = front, component, clock
        self.kept: list[bytes] = []
        self.mail = SesamMail(
            SmtpDoor.parse(front.smtp_address), ME, clock, Circuit(),
            limits=Limits(total_seconds=5, answer_bytes=20_000),
        )  # fmt: skip
        self.box = SesamMailbox(Door("127.0.0.1", front.pop.port, tls=False), ME, PASSWORD, ME)

    def documents(self, number: int) -> tuple[Sealed, ...]:
        """Sign an invoice: its FSE and its DRE."""
        act = ("20260310", "TST", "810", "1", "221", "1790", "6000", "1074", "1790", "716")
        routed = ("", "0799900010", "", "", "", "", "", "OC", "giesv.rss.fr", "", "999")
        groups = (
            Group(1110, (f"{number:09d}",)), Group(1120, ("29700001", "0")),
            Group(1310, ("01", "751", "0999", "751", "016")), Group(1321, routed),
            Group(1610, act),
        )  # fmt: skip
        return self.component.secure(groups, Mode.BOTH_CARDS, Wanted.BOTH, PIN)

    def lot(self, number: int, to: Recipient, *documents: Sealed) -> BuiltLot:
        order = LotOrder(number, Family.SECURED, SENDER, to, documents)
        return self.component.build_lot(order, PIN)

    def message(self, number: int, to: Recipient, *lots: BuiltLot) -> Message:
        file = self.component.build_file(lots)
        digest, lane = sha256(file).hexdigest(), f"{STREAM}:{to}"
        return Message(
            f"m{number}", STREAM, lane, ADDRESS[to], f"{number:026d}", file, digest, 1, False
        )

    def send(self, message: Message) -> Verdict:
        return self.mail.send(message, self.kept.append).verdict

    def letters(self) -> tuple[Letter, ...]:
        batch = self.box.fetch(self.kept.append)
        assert batch.outcome.verdict is Verdict.DONE
        return batch.letters

    def answers(self) -> list[Mapping[str, Any]]:
        """Translate what waits, and confirm what could be."""
        told = []
        for letter in self.letters():
            try:
                told.append(self.component.translate(letter.content))
            except DriverError:
                continue
            assert self.box.confirm([letter.hash], []).verdict is Verdict.DONE
        return told


@pytest.fixture
def practice(front: Running, component: SesamProcess, clock: MemoryClock) -> Practice:
    return Practice(front, component, clock)


def test_an_fse_and_its_dre_are_received_and_paid_by_two_payers(practice: Practice) -> None:
    fse, dre = practice.documents(next(NUMBERS))
    sent = practice.message(1, CAISSE, practice.lot(1, CAISSE, fse))
    assert practice.send(sent) is Verdict.DONE
    assert practice.send(practice.message(2, MUTUAL, practice.lot(1, MUTUAL, dre))) is Verdict.DONE
    first = practice.letters()[0]
    assert (first.input_reference, first.name) == (sent.reference, "ARL-FSE-001.bin")
    told = practice.answers()
    assert [(each["kind"], each["origin"]) for each in told] == [
        ("ARL", "AMO"), ("RSP", "AMO"), ("ARL", "AMC"), ("RSP", "AMC"),
    ]  # fmt: skip
    assert told[0]["positive"] and told[0]["lot_number"] == 1
    assert [each["payment"]["amount"] for each in told if each["kind"] == "RSP"] == [1074, 716]
    assert practice.answers() == []  # nothing is left there
    assert practice.front.admin.accepted() == [1, 1]


def test_a_lot_whose_answer_was_lost_is_proven_by_its_receipt_and_counted_once(
    practice: Practice,
) -> None:
    fse, _ = practice.documents(next(NUMBERS))
    message = practice.message(1, CAISSE, practice.lot(7, CAISSE, fse))
    practice.front.admin.break_next(Break.AFTER)
    assert practice.send(message) is Verdict.UNKNOWN
    assert practice.mail.ask(message, practice.kept.append).reason == "arl.awaited"
    assert practice.letters()[0].input_reference == message.reference
    assert practice.send(message) is Verdict.DONE  # the same Message-ID within one session
    assert [each["kind"] for each in practice.answers()] == ["ARL", "RSP", "ARL"]
    assert practice.front.admin.accepted() == [1]


def test_a_refused_lot_leaves_again_with_the_same_signed_sheets(practice: Practice) -> None:
    fse, _ = practice.documents(next(NUMBERS))
    practice.front.admin.set(Scenario(Answered(Receipt.NEGATIVE, "LOT ANTICIPE")))
    practice.send(practice.message(1, CAISSE, practice.lot(7, CAISSE, fse)))
    practice.front.admin.set(Scenario())
    practice.send(practice.message(2, CAISSE, practice.lot(8, CAISSE, fse)))
    told = practice.answers()
    assert [(each["kind"], each.get("positive")) for each in told] == [
        ("ARL", False), ("ARL", True), ("RSP", None),
    ]  # fmt: skip
    assert told[0]["reason"] == "LOT ANTICIPE"
    assert practice.front.admin.accepted() == [1]


def test_two_lots_travel_in_one_file_and_each_has_its_receipt(practice: Practice) -> None:
    (one, _), (two, _) = practice.documents(next(NUMBERS)), practice.documents(next(NUMBERS))
    lots = practice.lot(1, CAISSE, one), practice.lot(2, CAISSE, two)
    assert practice.send(practice.message(1, CAISSE, *lots)) is Verdict.DONE
    told = practice.answers()
    assert [each["lot_number"] for each in told if each["kind"] == "ARL"] == [1, 2]
    assert sum(len(each["lines"]) for each in told if each["kind"] == "RSP") == 2


def test_a_table_of_conventions_comes_with_the_answers_once(practice: Practice) -> None:
    practice.front.admin.give(Table("C-InterAMC_20260311.csv", "I;é\r\n".encode("latin-1")))
    for number in (1, 2):
        fse, _ = practice.documents(next(NUMBERS))
        practice.send(practice.message(number, CAISSE, practice.lot(number, CAISSE, fse)))
    tables = [each for each in practice.letters() if each.name.endswith(".csv")]
    assert [(each.name, each.content) for each in tables] == [
        ("C-InterAMC_20260311.csv", "I;é\r\n".encode("latin-1"))
    ]
    assert tables[0].input_reference == ""


def test_a_garbled_receipt_stays_in_the_box_and_the_rest_comes(practice: Practice) -> None:
    fse, _ = practice.documents(next(NUMBERS))
    practice.front.admin.set(Scenario(Answered(Receipt.GARBLED)))
    practice.send(practice.message(1, CAISSE, practice.lot(7, CAISSE, fse)))
    assert [each["kind"] for each in practice.answers()] == ["RSP"]
    assert len(practice.front.admin.box(ME)) == 1


def test_k13_a_receipt_cut_in_the_middle_stays_until_it_comes_whole(practice: Practice) -> None:
    fse, _ = practice.documents(next(NUMBERS))
    practice.front.admin.set(Scenario(Answered(Receipt.CUT)))
    practice.send(practice.message(1, CAISSE, practice.lot(7, CAISSE, fse)))
    assert [each["kind"] for each in practice.answers()] == ["RSP"]
    [held] = practice.front.admin.box(ME)
    assert any(held.raw.startswith(kept) for kept in practice.kept)
    practice.front.admin.heal()
    assert [each["kind"] for each in practice.answers()] == ["ARL"]


def test_a_payer_that_takes_back_and_one_that_refuses_say_so(practice: Practice) -> None:
    back, no = next(NUMBERS), next(NUMBERS)
    practice.front.admin.set_invoice(back, Fate(Kind.RECOVERY))
    practice.front.admin.set_invoice(no, Fate(Kind.REJECTED))
    fses = [practice.documents(number)[0] for number in (back, no)]
    practice.send(practice.message(1, CAISSE, practice.lot(7, CAISSE, *fses)))
    [told] = [each for each in practice.answers() if each["kind"] == "RSP"]
    lines = [(line["kind"], line["outcome"], line["amo_paid"]) for line in told["lines"]]
    assert lines == [
        ("invoice", "paid", 1074), ("recovery", "info", -1790), ("invoice", "rejected", 0),
    ]  # fmt: skip
    assert told["payment"]["amount"] == 1074 - 1790


def test_the_engine_carries_lots_through_broken_lines_each_exactly_once(
    practice: Practice, clock: MemoryClock
) -> None:
    outbox, intake = MemoryOutbox(), MemoryIntake()
    for number in range(1, 7):
        fse, _ = practice.documents(next(NUMBERS))
        message = practice.message(number, CAISSE, practice.lot(number, CAISSE, fse))
        outbox.add(message, clock.now())
    practice.front.admin.break_next(Break.BEFORE, Break.AFTER, Break.AFTER)
    engine = Engine(outbox, {STREAM: practice.mail}, {STREAM: practice.box}, intake, clock)
    for _ in range(8):
        engine.run_once(manual=True)
        clock.pass_time(timedelta(hours=1).total_seconds())
    states = sorted(row.state for row in outbox.rows.values())
    assert states == sorted([MessageState.DONE] * 3 + [MessageState.UNKNOWN] * 3)
    assert practice.front.admin.accepted() == [1] * 5  # one was lost before it was taken
    assert practice.front.admin.box(ME) == ()
