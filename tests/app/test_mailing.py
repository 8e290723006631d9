"""The mailbox beside an open practice: kept first, each mail once, never emptied, refusals said."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.app import mailing
from server.app.mailing import CHANGED, MOST_A_ROUND, MOST_BEFORE, NOT_KEPT, Mailing
from server.core.errors import DiskRefused, Forbidden, InvalidForm
from server.core.mail import LeftWhy
from server.core.rights import Right
from server.core.tray import Origin
from server.services import mailbox, tray
from sync.mailbox import MailTrouble
from sync.outbound import Host, Outbound
from sync.transports.exchange import verifying
from tests.app.waiting import until
from tests.security.authority import Authority
from tests.sync.pop import ACCOUNT, HURRY, PASSWORD, PDF, PopServer, mail
from tests.sync.test_mailbox import shows
from tests.world import World, faults


class Office:
    """A practice, its mailbox on a server of our own, and what the screens are told."""

    def __init__(self, world: World, roots: Path) -> None:
        self.world = world
        self.authority = Authority(roots, "ours")
        self.server = PopServer(shown=shows(self.authority.issue()))
        self.outbound = Outbound()
        self.told: list[str] = []
        self.came: list[str] = []
        self.mailing = self.opened()

    def opened(self) -> Mailing:
        return Mailing(
            self.world.cabinet, lambda kind, _: self.told.append(kind), self.outbound,
            lambda: self.came.append("came"), 600, lambda: verifying(str(self.authority.root)),
            HURRY,
        )  # fmt: skip

    def name(self, **typed: str) -> None:
        form = {
            "host": "127.0.0.1", "port": str(self.server.port), "account": ACCOUNT,
            "password": PASSWORD, "on": "1", **typed,
        }  # fmt: skip
        self.mailing.name(form)
        self.settled()

    def again(self) -> None:
        self.mailing.read()
        self.settled()

    def settled(self) -> None:
        until(lambda: not self.mailing.state.reading and not self.mailing._wanted.is_set())
        until(lambda: not self.mailing.state.reading)

    def words(self) -> list[tuple[str, str]]:
        return [(each.name, each.word) for each in self.mailing.state.seen]

    def messages(self) -> int:
        found = self.world.desk.db.execute("select count(*) from mail_message").fetchone()
        return int(found[0]) if found else 0


@pytest.fixture
def office(world: World, tmp_path: Path) -> Iterator[Office]:
    made = Office(world, tmp_path)
    made.mailing.start()
    yield made
    made.mailing.stop()
    made.server.close()


def test_the_papers_of_a_mail_land_on_the_table_and_the_mail_stays_where_it_is(
    office: Office,
) -> None:
    office.server.box["one"] = mail(("ordre.pdf", PDF), ("lettre.docx", b"PK"))
    office.name()
    (waiting,) = tray.waiting(office.world.desk)
    assert (waiting.incoming.origin, waiting.incoming.name) == (Origin.MAIL, "ordre.pdf")
    assert tray.raw(office.world.desk, waiting.incoming.id) == PDF
    state = office.mailing.state
    assert (state.taken, state.left_out, state.trouble) == (1, 1, "")
    assert state.read_at is not None
    assert office.words() == [("lettre.docx", LeftWhy.KIND), ("ordre.pdf", "taken")]
    assert b"DELE" not in office.server.commands()
    assert (office.came, CHANGED in office.told) == (["came"], True)
    kept = office.world.sql("select bytes from mail_message")
    assert isinstance(kept, bytes)
    assert kept.rstrip() == office.server.box["one"].rstrip()


def test_each_message_is_fetched_once_also_after_the_next_unlocking(office: Office) -> None:
    office.server.box["one"] = mail(("ordre.pdf", PDF))
    office.name()
    office.mailing.stop()
    assert not office.outbound.hosts
    office.mailing = office.opened()
    office.mailing.start()
    office.settled()
    assert office.server.commands().count(b"RETR") == 1
    assert office.outbound.hosts == (Host("127.0.0.1", office.server.port, "mailbox"),)


@pytest.mark.scenario("H-16")
def test_the_same_paper_mailed_again_is_the_first_document(office: Office) -> None:
    office.server.box["one"] = mail(("ordre.pdf", PDF))
    office.name()
    office.server.box["two"] = mail(("rappel.pdf", PDF), subject="Rappel")
    office.again()
    assert office.words() == [("rappel.pdf", "already"), ("ordre.pdf", "taken")]
    again, first = office.mailing.state.seen
    assert again.document == first.document
    assert len(tray.waiting(office.world.desk)) == 1
    assert (office.mailing.state.taken, office.messages()) == (0, 2)


def test_a_paper_that_came_by_another_way_is_known_by_mail_too(office: Office) -> None:
    scanned = tray.receive(office.world.desk, PDF, "", Origin.SCAN)
    office.server.box["one"] = mail(("ordre.pdf", PDF))
    office.name()
    assert office.mailing.state.seen[0].document == scanned.id


def test_a_wrong_password_is_said_and_not_tried_again_by_itself(office: Office) -> None:
    office.mailing._pace = 0.01
    office.name(password="wrong")
    assert office.mailing.state.trouble == MailTrouble.PASSWORD
    tries = office.server.commands().count(b"PASS")
    office.again()
    assert office.server.commands().count(b"PASS") == tries + 1
    office.name()
    assert office.mailing.state.trouble == ""


def test_a_certificate_of_nobody_we_trust_is_refused_before_the_password(
    office: Office, tmp_path: Path
) -> None:
    office.server.shown = shows(Authority(tmp_path, "strange").issue())
    office.name()
    assert office.mailing.state.trouble == MailTrouble.CERTIFICATE
    assert office.server.asked == []


def test_a_line_that_falls_keeps_nothing_half_and_the_mail_comes_whole_next(
    office: Office,
) -> None:
    office.server.box["one"] = mail(("ordre.pdf", PDF))
    office.server.cut_after = 90
    office.name()
    assert (office.mailing.state.trouble, office.messages()) == (MailTrouble.CUT, 0)
    assert tray.waiting(office.world.desk) == []
    office.server.cut_after = None
    office.again()
    assert office.words() == [("ordre.pdf", "taken")]


def test_a_message_that_is_withheld_holds_up_no_other(office: Office) -> None:
    office.server.box |= {"one": b"x\r\n", "two": mail(("ordre.pdf", PDF))}
    office.server.withheld = "one"
    office.name()
    assert office.mailing.state.trouble == MailTrouble.WITHHELD
    assert office.words() == [("ordre.pdf", "taken")]
    office.server.withheld = ""
    office.again()
    assert (office.mailing.state.trouble, office.messages()) == ("", 2)


def test_a_message_listed_twice_is_one(office: Office) -> None:
    office.server.box["one"] = mail(("ordre.pdf", PDF))
    office.server.answers = {b"UIDL": b"+OK\r\n1 one\r\n2 one\r\n.\r\n"}
    office.server.box["two"] = office.server.box["one"]
    office.name()
    assert (office.mailing.state.trouble, office.messages()) == ("", 1)


def test_offline_is_said_quietly_and_tried_later(office: Office) -> None:
    office.server.close()
    office.mailing._pace = 0.01
    office.name()
    until(lambda: office.mailing.state.trouble == MailTrouble.OFFLINE)
    office.server = PopServer({"one": mail(("ordre.pdf", PDF))}, office.server.shown)
    office.name()
    until(lambda: office.words() == [("ordre.pdf", "taken")])


def test_a_mail_kept_while_the_machine_stopped_is_taken_apart_later(office: Office) -> None:
    mailbox.keep(office.world.desk, "x", "one", mail(("ordre.pdf", PDF)))
    mailbox.keep(office.world.desk, "x", "two", b"")
    office.name()
    assert office.words() == [("", LeftWhy.SIZE), ("ordre.pdf", "taken")]
    assert office.world.sql("select count(*) from mail_closed") == 0


def test_a_mail_that_cannot_be_kept_is_still_in_the_box(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.server.box["one"] = mail(("ordre.pdf", PDF))
    for trouble in (DiskRefused(reason="full"), MemoryError()):

        def fails(*_: object, trouble: Exception = trouble) -> None:
            raise trouble

        with monkeypatch.context() as broken:
            broken.setattr(tray, "receive", fails)
            office.name()
            assert office.mailing.state.trouble == NOT_KEPT
    office.again()
    assert office.words() == [("ordre.pdf", "taken")]


def test_what_is_too_large_is_left_in_the_box_and_not_asked_for_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.server.box |= {"one": b"Subject: a\r\n\r\n", "two": b"x" * 90_000}
    office.server.sizes = {"one": 40_000_000, "two": 10}
    monkeypatch.setattr("sync.mailbox.MOST", 20_000)
    office.name()
    until(lambda: office.words() == [("", LeftWhy.SIZE)] * 2)
    office.settled()
    assert office.mailing.state.trouble == ""
    office.again()
    assert office.server.commands().count(b"RETR") == 1


def test_a_box_full_of_other_things_is_not_taken_and_a_long_one_takes_several_visits(
    office: Office,
) -> None:
    office.server.box = {f"uid-{n}": b"Subject: a\r\n\r\n" for n in range(MOST_BEFORE + 1)}
    office.name()
    assert (office.mailing.state.trouble, office.messages()) == (mailing.MANY, 0)
    office.server.box = {f"uid-{n}": b"Subject: a\r\n\r\n" for n in range(MOST_A_ROUND + 5)}
    office.again()
    until(lambda: office.messages() == MOST_A_ROUND + 5)
    office.settled()
    assert office.words()[0] == ("a", LeftWhy.NONE)


def test_a_locked_practice_reads_nothing(office: Office) -> None:
    office.name()
    office.mailing.stop()
    office.world.cabinet.lock()
    office.server.box["one"] = mail(("ordre.pdf", PDF))
    asked = len(office.server.asked)
    office.mailing.read()
    office.mailing._look(mailbox.Mailbox("127.0.0.1", office.server.port, ACCOUNT, PASSWORD))
    assert len(office.server.asked) == asked


def test_nothing_of_a_mail_and_no_password_is_logged_or_written_into_the_journal(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    office.server.box["one"] = mail(("Bodart.pdf", PDF), subject="Madame Bodart")
    office.name(password="wrong")
    office.name()
    for secret in ("Bodart", "wrong", PASSWORD):
        assert secret not in caplog.text
        assert secret not in str(office.world.desk.db.execute("select * from journal").fetchall())
        assert secret not in repr(mailbox.named(office.world.desk))


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"host": ""}, ("host", "missing")), ({"host": "https://x"}, ("host", "shape")),
        ({"host": "-x"}, ("host", "shape")), ({"port": "0"}, ("port", "shape")),
        ({"port": "70000"}, ("port", "shape")), ({"port": "x"}, ("port", "shape")),
        ({"account": ""}, ("account", "missing")), ({"password": ""}, ("password", "missing")),
        ({"account": "a\r\nDELE 1"}, ("account", "shape")),
        ({"password": "a" * 300}, ("password", "shape")),
        ({"host": "pop.example", "plain": "1"}, ("host", "clear")),
        ({"host": "192.0.2.1", "plain": "1"}, ("host", "clear")),
    ],
)  # fmt: skip
def test_what_can_be_no_mailbox_is_refused_with_its_reason(
    office: Office, typed: dict[str, str], wrong: tuple[str, str]
) -> None:
    with pytest.raises(InvalidForm) as refused:
        office.name(**typed)
    assert faults(refused.value) == (wrong,)
    assert office.mailing.state.on is False
    assert office.outbound.hosts == ()


def test_only_a_demo_practice_reads_in_clear_and_only_from_its_own_machine(world: World) -> None:
    typed = {"host": "LocalHost", "account": "a", "password": "b", "plain": "1", "on": "1"}
    mailbox.name(world.desk, typed)
    box = mailbox.named(world.desk)
    assert (box.host, box.port, box.tls) == ("localhost", 995, False)
    real = replace(world.desk, practice=replace(world.desk.practice, demo=False))
    with pytest.raises(InvalidForm):
        mailbox.name(real, typed)


def test_a_password_stays_for_its_own_account_alone_and_goes_with_the_mailbox(
    office: Office,
) -> None:
    office.name()
    office.name(password="", on="")
    kept = mailbox.named(office.world.desk)
    assert (kept.password, kept.on, office.outbound.hosts) == (PASSWORD, False, ())
    for other in ({"host": "evil.example"}, {"account": "other"}, {"port": "110"}):
        with pytest.raises(InvalidForm):
            office.name(password="", **other)
    office.mailing.name({"host": "", "port": "995", "account": "", "password": ""})
    assert mailbox.named(office.world.desk).password == ""


def test_who_may_not_settle_things_names_no_mailbox(world: World) -> None:
    withdrawn = frozenset({Right.SETTINGS})
    other = replace(world.desk, user=replace(world.desk.user, withdrawn=withdrawn))
    with pytest.raises(Forbidden):
        mailbox.name(other, {})
