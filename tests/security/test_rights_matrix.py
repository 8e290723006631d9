"""Each role on each route, each command and the stream (attack 40): who may is written here.

A route without a row fails; so does a row whose route is gone.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.app.commands import besace as command
from server.core.rights import Right
from tests.people import OUCHENE
from tests.security.exercised import FILLED, busy, kinds_of_ids, of_france, of_french_ids
from tests.security.forms import Forms, crawled
from tests.services.people_of import PARTS, Part, seat
from tests.webui.shop import Shop
from tests.world import PASSPHRASE, World
from webui.countries import has
from webui.hearing import PASSING, ROWS
from webui.i18n import catalogue
from webui.stream import Stream

ALL = frozenset(part.name for part in PARTS)
PATIENTS = ALL - {"accountant"}
CLINICAL = frozenset({"main", "holder", "colleague", "replacement"})
TREATING = CLINICAL - {"colleague"}  # the patients here are the holder's
BILLING = frozenset({"main", "holder", "sender", "replacement", "office"})
PAYMENTS = frozenset({"main", "holder", "sender"})
AMOUNTS = BILLING | {"accountant"}
SETTINGS = frozenset({"main", "holder"})
MAIN = frozenset({"main"})
OUTSIDE = None  # before anybody is in, or the way out

WHO: Mapping[str, frozenset[str] | None] = {
    "addresses.end": PATIENTS,
    "addresses.keep": PATIENTS,
    "addresses.show": PATIENTS,
    "alarms.end": PATIENTS,
    "alarms.index": PATIENTS,
    "alarms.set_alarm": PATIENTS,
    "alarms.show": PATIENTS,
    "amounts.index": AMOUNTS,
    "assessments.index": TREATING,
    "assessments.sent": TREATING,
    "assessments.write": TREATING,
    "backups.answer": MAIN,
    "backups.drill": SETTINGS,
    "backups.index": SETTINGS,
    "backups.now": SETTINGS,
    "backups.numbers": MAIN,
    "backups.place": SETTINGS,
    "backups.settle": MAIN,
    "backups.stop": SETTINGS,
    "billing.index": BILLING,
    "billing.seal": BILLING,
    "billing.seal_all": BILLING,
    "billing.sealed": BILLING,
    "cards.arrived": PATIENTS,
    "cards.choice": PATIENTS,
    "cards.cleared": PATIENTS,
    "cards.failed": PATIENTS,
    "cards.index": PATIENTS,
    "cards.take": PATIENTS,
    "cards.namesake": PATIENTS,
    "cards.owner": PATIENTS,
    "cards.patient": PATIENTS,
    "codes.calibrate": PATIENTS,
    "codes.camera": PATIENTS,
    "codes.drawn": PATIENTS,
    "codes.file": PATIENTS,
    "codes.found": PATIENTS,
    "codes.frame": PATIENTS,
    "codes.index": PATIENTS,
    "codes.line": PATIENTS,
    "codes.look": PATIENTS,
    "codes.reader": PATIENTS,
    "codes.stop": PATIENTS,
    "codes.typed": PATIENTS,
    "cover_codes.use": PATIENTS,
    "cover_codes.year": PATIENTS,
    "covers.assign": PATIENTS,
    "covers.note_formula": PATIENTS,
    "covers.show": PATIENTS,
    "covers.withdraw": PATIENTS,
    "connection.index": AMOUNTS,
    "connection.retry": BILLING,
    "connection.send": BILLING,
    "connection.stop": BILLING,
    "convention_check.export": BILLING,
    "convention_check.index": BILLING,
    "convention_check.look": BILLING,
    "conventions.add": SETTINGS,
    "conventions.caisses": SETTINGS,
    "conventions.columns": SETTINGS,
    "conventions.confirm": SETTINGS,
    "conventions.decline": SETTINGS,
    "conventions.find": BILLING,
    "conventions.index": BILLING,
    "conventions.new": SETTINGS,
    "conventions.place": SETTINGS,
    "conventions.put_aside": SETTINGS,
    "conventions.reading": SETTINGS,
    "conventions.receive": SETTINGS,
    "conventions.show": SETTINGS,
    "conventions.stop": SETTINGS,
    "conventions.take_back": SETTINGS,
    "conventions.undo": SETTINGS,
    "demo.answer": ALL,
    "demo.cable": ALL,
    "demo.index": ALL,
    "demo.insert": ALL,
    "demo.morning": ALL,
    "demo.remove": ALL,
    "devices.add_scanner": SETTINGS,
    "devices.fallen": SETTINGS,
    "devices.folder": SETTINGS,
    "devices.forget_scanner": SETTINGS,
    "devices.index": SETTINGS,
    "devices.mailbox": SETTINGS,
    "devices.mailed": SETTINGS,
    "devices.read_mail": SETTINGS,
    "diagnosis.index": PATIENTS,
    "drafts.discard": ALL,
    "drafts.keep": ALL,
    "drafts.left": ALL,
    "enrolment.index": SETTINGS,
    "enrolment.letter": SETTINGS,
    "enrolment.mailbox": SETTINGS,
    "enrolment.note": SETTINGS,
    "enrolment.paper": SETTINGS,
    "enrolment.told": SETTINGS,
    "file_papers.documents": PATIENTS,
    "file_papers.letters": TREATING,
    "file_papers.prescriptions": TREATING,
    "finances.index": BILLING,
    "finances.record": PAYMENTS,
    "finances.recorded": PAYMENTS,
    "finances.rematch": PAYMENTS,
    "frame.awake": ALL,
    "frame.lamp": ALL,
    "frame.line": ALL,
    "french_papers.document": TREATING,
    "french_papers.show": TREATING,
    "french_returns.bank": BILLING,
    "french_returns.index": BILLING,
    "french_returns.set_aside": BILLING,
    "french_returns.show": BILLING,
    "french_returns.tie": BILLING,
    "gate.card": OUTSIDE,
    "gate.create": OUTSIDE,
    "gate.door": OUTSIDE,
    "gate.index": OUTSIDE,
    "gate.lock": OUTSIDE,
    "gate.new": OUTSIDE,
    "gate.prove": OUTSIDE,
    "gate.recovery": OUTSIDE,
    "gate.rekeying": OUTSIDE,
    "gate.unlock": OUTSIDE,
    "gate.unlock_with_pin": OUTSIDE,
    "gate.unlock_with_system": OUTSIDE,
    "help.keys": ALL,
    "invoices.explain": BILLING,
    "invoices.note": BILLING,
    "invoices.show": BILLING,
    "invoices.take_back": BILLING,
    "invoicing.decide": BILLING,
    "invoicing.index": BILLING,
    "invoicing.note_formula": BILLING,
    "invoicing.price": BILLING,
    "invoicing.receipt": TREATING,
    "invoicing.say_link": BILLING,
    "invoicing.show": BILLING,
    "invoicing.take_off": BILLING,
    "journal.index": MAIN,
    "journal.verify": MAIN,
    "keycards.index": PATIENTS,
    "keycards.look": PATIENTS,
    "keycards.stop": PATIENTS,
    "keycards.try_code": PATIENTS,
    "launch": OUTSIDE,
    "ledger.find": BILLING,
    "ledger.index": BILLING,
    "ledger.proof": BILLING,
    "legal_tables.index": SETTINGS,
    "legal_tables.receive": SETTINGS,
    "lots.index": AMOUNTS,
    "lots.sent": BILLING,
    "lots.show": AMOUNTS,
    "lots.unseal": BILLING,
    "mandates.end": MAIN,
    "mandates.give": MAIN,
    "mandates.index": MAIN,
    "notes.correct": PATIENTS,
    "notes.show": PATIENTS,
    "notes.strike": PATIENTS,
    "notes.write": PATIENTS,
    "notices.asked": PATIENTS,
    "notices.index": PATIENTS,
    "options.amend": SETTINGS,
    "options.index": ALL,
    "options.language": ALL,
    "options.root": SETTINGS,
    "options.tariff": SETTINGS,
    "particulars.keep": PATIENTS,
    "particulars.show": PATIENTS,
    "past.show": TREATING,
    "patients.accept": PATIENTS,
    "patients.amend": PATIENTS,
    "patients.create": PATIENTS,
    "patients.edit": PATIENTS,
    "patients.first": PATIENTS,
    "patients.found": PATIENTS,
    "patients.index": PATIENTS,
    "patients.insure": PATIENTS,
    "patients.new": PATIENTS,
    "patients.show": PATIENTS,
    "payers.amend": PATIENTS,
    "payers.aside": PATIENTS,
    "payers.create": PATIENTS,
    "payers.delete": PATIENTS,
    "payers.find": PATIENTS,
    "payers.index": PATIENTS,
    "payers.new": PATIENTS,
    "payers.note_contact": PATIENTS,
    "payers.printed": PATIENTS,
    "payers.show": PATIENTS,
    "payers.tried": PATIENTS,
    "proof.ask": ALL,
    "proof.prove": ALL,
    "refusals.charge_patient": BILLING,
    "refusals.correct": BILLING,
    "refusals.give_up": BILLING,
    "refusals.index": BILLING,
    "refusals.release": BILLING,
    "refusals.replaced": BILLING,
    "refusals.reread": BILLING,
    "restore.index": OUTSIDE,
    "restore.restore": OUTSIDE,
    "rights.enquire": PATIENTS,
    "rights.note": PATIENTS,
    "rights.read": PATIENTS,
    "rights.read_phone": PATIENTS,
    "rights.show": PATIENTS,
    "rights.withdraw": PATIENTS,
    "safety.idle": MAIN,
    "safety.index": ALL,
    "safety.no_pin": ALL,
    "safety.no_system": ALL,
    "safety.passphrase": ALL,
    "safety.pin": ALL,
    "safety.recovery": MAIN,
    "safety.rekey": MAIN,
    "safety.system": ALL,
    "scan.index": PATIENTS,
    "scan.look": PATIENTS,
    "scan.progress": PATIENTS,
    "scan.start": PATIENTS,
    "scan.stop": PATIENTS,
    "search.index": PATIENTS,
    "series.access": CLINICAL,
    "series.agree": TREATING,
    "series.answer": TREATING,
    "series.ask": TREATING,
    "series.create": TREATING,
    "series.new": TREATING,
    "series.prescribe": TREATING,
    "series.show": TREATING,
    "secure_tp.begin": BILLING,
    "secure_tp.patient_pays": BILLING,
    "secure_tp.show": BILLING,
    "sessions.collect": PATIENTS,
    "sessions.document": TREATING,
    "sessions.identify": TREATING,
    "sessions.make_private": TREATING,
    "sessions.new": CLINICAL,
    "sessions.paper": TREATING,
    "sessions.price": TREATING,
    "sessions.record": TREATING,
    "sessions.second": TREATING,
    "sessions.show": PATIENTS,
    "sessions.visit": TREATING,
    "sessions.void": TREATING,
    "setup.index": MAIN,
    "setup.reader": MAIN,
    "setup.test": MAIN,
    "setup.try_reader": MAIN,
    "signing.secure": BILLING,
    "signing.show": BILLING,
    "static": OUTSIDE,
    "stream.events": ALL,
    "today.confirm_date": PATIENTS,
    "today.index": PATIENTS,
    "transmission.again": BILLING,
    "transmission.countersign": BILLING,
    "transmission.handed": BILLING,
    "transmission.index": BILLING,
    "transmission.lot": BILLING,
    "transmission.retry": BILLING,
    "transmission.send": BILLING,
    "tray.corrected": PATIENTS,
    "tray.cut": PATIENTS,
    "tray.discard": PATIENTS,
    "tray.folder": PATIENTS,
    "tray.found": PATIENTS,
    "tray.index": PATIENTS,
    "tray.integrate": PATIENTS,
    "tray.mail": PATIENTS,
    "tray.original": PATIENTS,
    "tray.picture": PATIENTS,
    "tray.read_mail": PATIENTS,
    "tray.receive": PATIENTS,
    "tray.show": PATIENTS,
    "tray.take_day": PATIENTS,
    "tray.take_back": PATIENTS,
    "tray.turn": PATIENTS,
    "tray.undo": PATIENTS,
    "tray.year": PATIENTS,
    "users.amend": MAIN,
    "users.await_card": MAIN,
    "users.card": MAIN,
    "users.create": MAIN,
    "users.dismiss": MAIN,
    "users.index": MAIN,
    "users.new": MAIN,
    "users.show": MAIN,
    "users.tie_card": MAIN,
    "users.untie_card": MAIN,
    "users.welcome": MAIN,
}
"""Who may call each endpoint, by the names of `PARTS`; OUTSIDE where nobody is in yet."""

ENDS = ("safety.recovery",)
"""Endpoints that close the practice for who may call them: called last."""

COMMANDS: Mapping[str, frozenset[str]] = {
    "backup": SETTINGS,
    "reference import": SETTINGS,
    "verify": MAIN,
    "export": MAIN,
}
"""Who may use each command that opens a practice for somebody."""

OF_BILLING = ("billing", "ledger", "lots", "refusals")  # they name the codes that are billed
NAMES = ("Ouchene", "OUCHENE", "Delvaux", "DELVAUX", OUCHENE.niss, "85.03.12")
REFUSALS = tuple(catalogue("fr_BE").say(f"error.right.missing.{right}") for right in Right)
CARE = ("Willems", "560011", "COMMON_1", "Séance courante")


@pytest.fixture
def shop(world: World) -> Shop:
    """The holder's patients: one billed, one waiting; a lot sent and answered, one set aside."""
    return busy(world)


def routes(shop: Shop, known: Mapping[str, str] | None = None) -> Iterator[tuple[str, str, str]]:
    """Every endpoint with each of its methods and an address of it, looks before acts."""
    found = []
    ids = known or kinds_of_ids(shop)
    with shop.app.test_request_context(base_url=shop.door.origin):
        for rule in shop.app.url_map.iter_rules():
            _, path = rule.build({name: ids[name] for name in rule.arguments}) or ("", "")
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                found.append((rule.endpoint, method, path))
    yield from sorted(found, key=lambda each: (each[0] in ENDS, each[1]))


def test_row_40_every_route_has_its_row(shop: Shop) -> None:
    assert set(WHO) == {rule.endpoint for rule in shop.app.url_map.iter_rules()}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_row_40_each_role_on_each_route(shop: Shop, part: Part) -> None:
    client = shop.client
    seat(shop.world, part)
    before = shop.world.sql("select max(seq) from journal")
    wrong = []
    for endpoint, method, path in routes(shop):
        allowed = WHO[endpoint]
        if allowed is None or endpoint == "stream.events" or not has("BE", endpoint):
            continue
        if not has("BE", endpoint):
            assert client.open(path, method=method, headers=shop.token).status_code == 404, endpoint
            continue
        typed = {**FILLED, "page_token": shop.door.page_token} if part.name not in allowed else {}
        token = {"X-Page-Token": shop.door.page_token}
        answer = client.open(path, method=method, data=typed or None, headers=token)
        refused = answer.status_code == 403
        if refused == (part.name in allowed) or answer.status_code >= 500:
            wrong.append(f"{method} {endpoint}: {answer.status_code}")
        if refused:
            assert any(words in answer.text for words in REFUSALS), endpoint
            assert not [word for word in (*NAMES, *CARE) if word in answer.text], endpoint
    assert wrong == []
    if part.name == "accountant":  # of all that was sent, what he changed
        rows = shop.world.desk.db.execute("select action from journal where seq > ?", (before,))
        assert {str(action) for (action,) in rows} <= {"user.language", "lot.seen", "door.refused"}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_row_40_each_role_on_each_route_of_france(french_world: World, part: Part) -> None:
    """Both its own routes and those of every practice; a Belgian one is no route there."""
    shop = of_france(french_world)
    client = shop.client
    seat(shop.world, part)
    wrong = []
    for endpoint, method, path in routes(shop, of_french_ids(shop)):
        allowed = WHO[endpoint]
        if allowed is None or endpoint == "stream.events":
            continue
        typed = FILLED if part.name not in allowed else {}
        answer = client.open(path, method=method, data=typed or None, headers=shop.token)
        refused = answer.status_code == 403
        if not has("FR", endpoint):
            assert answer.status_code == 404, endpoint
        elif refused == (part.name in allowed) or answer.status_code >= 500:
            wrong.append(f"{method} {endpoint}: {answer.status_code}")
        if refused:
            assert "Marchand" not in answer.text and "MARCHAND" not in answer.text, endpoint
    assert wrong == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_row_40_what_is_shown_tells_no_more_than_the_role_may_read(shop: Shop, part: Part) -> None:
    client = shop.client
    seat(shop.world, part)
    for endpoint, method, path in routes(shop):
        if method == "POST" or WHO[endpoint] is None or endpoint == "stream.events":
            continue
        if not has("BE", endpoint):
            continue
        answer = client.get(path)
        text = answer.text if answer.mimetype == "text/html" else ""
        hidden: Sequence[str] = ()
        if part.name == "accountant":
            hidden = (*NAMES, *CARE)
        elif part.name not in TREATING and endpoint.partition(".")[0] not in OF_BILLING:
            hidden = CARE
        assert not [word for word in hidden if word in text], (endpoint, path)
        answer.close()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_row_40_every_link_and_form_offered_is_for_the_role(shop: Shop, part: Part) -> None:
    client = shop.client
    seat(shop.world, part)
    dead = []

    def get(path: str) -> str | None:
        answer = client.get(shop.door.root + path, follow_redirects=True)
        if answer.status_code == 403:
            dead.append(path)
        return answer.text if answer.mimetype == "text/html" else None

    first = client.get(shop.door.root).headers["Location"].removeprefix(shop.door.root)
    pages = dict(crawled(get, shop.door.root, first))
    assert dead == []
    urls = shop.app.url_map.bind("")
    for path, page in pages.items():
        for action, _ in Forms(page).found:
            endpoint, _ = urls.match(action.partition("?")[0], method="POST")
            may = WHO[endpoint]
            assert may is None or part.name in may, (path, endpoint)
    assert len(pages) > 4, "this role has nowhere to go"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_row_40_the_stream_tells_each_role_what_its_screens_may(shop: Shop, part: Part) -> None:
    seat(shop.world, part)
    stream: Stream = shop.app.extensions["stream"]
    lines = stream.lines(0, lambda: False)
    next(lines)
    text = next(lines)
    told = {line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event")}
    families = {kind.partition(".")[0] for kind in told}
    rows = {str(k) for (k,) in shop.world.desk.db.execute("select distinct kind from event")}
    assert {"patient.created", "session.recorded", "lot.sealed", "treatment.opened"} <= rows
    may = shop.world.desk.user.rights
    assert ("session.recorded" in told) == ("treatment.opened" in told) == (Right.CLINICAL in may)
    assert ("patient.created" in told) == ("agenda.changed" in told) == (Right.PATIENTS in may)
    assert ("lot.sealed" in told) == (Right.BILLING in may)
    assert ("outbox.changed" in told) == (Right.AMOUNTS in may)
    if Right.CLINICAL not in may:
        session = str(shop.world.sql("select id from session"))
        series = str(shop.world.sql("select id from treatment"))
        assert session not in text and series not in text
    assert "practice" in families


def test_row_40_every_event_the_code_writes_has_its_listeners() -> None:
    """A family that stands in no table is told to nobody: the screens would not follow."""
    server = Path(__file__).parents[2] / "server"
    code = "\n".join(path.read_text("utf-8") for path in server.rglob("*.py"))
    rows = set(re.findall(r'deed\(\s*"([a-z_]+)\.', code))
    assert len(rows) > 15 and rows == ROWS.keys() & rows
    passing = set(re.findall(r'(?:publish|_tell)\(\s*"([a-z_]+)\.[a-z_]+"', code))
    assert len(passing) > 3 and passing == PASSING.keys() & passing


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in this process with the passphrase typed."""
    monkeypatch.setattr("server.app.privacy.protect_process", lambda: None)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return lambda *words: CliRunner().invoke(command, [*words], input=PASSPHRASE + "\n")


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_row_40_each_role_on_each_command(
    say: Callable[..., Result], world: World, part: Part, tmp_path: Path
) -> None:
    seat(world, part)
    world.cabinet.lock()
    table = tmp_path / "tarif.csv"
    table.write_text("code;honoraire\n")
    words: Mapping[str, tuple[str, ...]] = {
        "backup": ("backup", "--to", str(tmp_path / "stick")),
        "reference import": ("reference", "import", str(table)),
        "verify": ("verify",),
        "export": ("export", str(tmp_path / "out")),
    }
    for name, allowed in COMMANDS.items():
        told = say(*words[name], "--practice", str(world.folder))
        refused = told.exit_code == 2 and any(words in told.stderr for words in REFUSALS)
        assert refused == (part.name not in allowed), (name, told.output)
        assert "Traceback" not in told.output
    assert (tmp_path / "stick").exists() == (part.name in COMMANDS["backup"])
    assert (tmp_path / "out").exists() == (part.name in COMMANDS["export"])
