"""A short day with two patients who must leave no trace; started by `test_traces.py`.

One comes with a card, one is typed. Every logger of ours is at its most talkative, three internal
errors carry a patient's name, and the process looks behind its own open files at each moment.
"""

import json
import logging
import os
import sys
from datetime import date
from pathlib import Path
from threading import Thread
from unittest.mock import patch
from urllib.parse import urlsplit

from hardware.fake_person import Person
from server.app.demo import Demo
from server.app.demo_practice import PASSPHRASE
from server.app.privacy import protect_process
from server.services import documents, ledger, lots, patients, sessions, treatments
from sync.outbound import THIS_PROCESS, Host
from tests.app.leaks import Search, files_under, leaks_of_process, leaks_on_disk, open_files
from tests.app.visitor import Visitor
from tests.app.waiting import until

PARTNERS = "insurers.db"  # the books of the insurers' simulator are the partner's own
MARKED = Person(
    niss="50010199730", last_name="Zwartmarkerbeek", first_names="Quirinus",
    birth_date=date(1950, 1, 1), sex="M", street="Sporenlaan 77", postcode="4130",
    municipality="Esneux",
)  # fmt: skip


TYPED = {
    "last_name": "Blåbærskov-Nuñez", "first_name": "Théophanie", "niss": "51020299827",
    "phone": "0499 87 65 43", "street": "Sentier des Écureuils 191", "postcode": "6997",
    "city": "Érezée", "language": "fr_BE",
}  # fmt: skip
AGREEMENT = "300000000000000099" + f"{300000000000000099 % 97:02d}"
REASON = "chute dans l'escalier de Théophanie"
WORDS = (
    MARKED.last_name, MARKED.first_names, MARKED.niss, MARKED.street, "Zwartmarkerbeek Quirinus",
    TYPED["last_name"], TYPED["first_name"], TYPED["niss"], TYPED["phone"], TYPED["street"],
    AGREEMENT, REASON,
)  # fmt: skip
SLICE = 32  # bytes


class Watch:
    """Looks at the disk and behind the open files of this process, and keeps what it found."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.secrets: dict[str, bytes] = {}
        self.found: list[str] = []
        self.moments: dict[str, list[str]] = {}
        self.written: set[str] = set()
        sys.addaudithook(self._hear)

    def look(self, moment: str) -> None:
        """Search everything now."""
        search = Search(WORDS, self.secrets)
        files = [path for path in files_under(self.home) if not path.name.startswith(PARTNERS)]
        leaks = leaks_on_disk(search, files) + leaks_of_process(search)
        self.found += [f"{moment}: {leak}" for leak in leaks]
        behind = {name for name, _ in open_files()}
        self.moments[moment] = sorted({str(path) for path in files} | behind)

    def keep_secret(self, name: str, content: bytes) -> None:
        """Look for a piece of these bytes from now on; the piece that repeats itself least."""
        pieces = [content[i : i + SLICE] for i in range(0, len(content) - SLICE + 1, 7)]
        self.secrets[name] = max(pieces or [content], key=lambda piece: len(set(piece)))

    def _hear(self, event: str, words: tuple[object, ...]) -> None:
        """Keep the name of each file Python itself opens to write, however short it lives."""
        if event == "open" and isinstance(words[0], str | bytes | Path):
            flags = words[2] if isinstance(words[2], int) else 0
            if flags & (os.O_WRONLY | os.O_RDWR):
                self.written.add(os.fsdecode(words[0]))


def main(home: str) -> None:
    protect_process()
    for ours in ("server", "webui", "hardware", "sync"):
        logging.getLogger(ours).setLevel(logging.DEBUG)
    watch = Watch(Path(home))
    demo = Demo(Path(home) / "kept")
    try:
        live(demo, watch)
    finally:
        demo.program.stop()
        demo.simulator.stop()
    watch.look("stopped")
    told = {"found": watch.found, "moments": watch.moments, "written": sorted(watch.written)}
    sys.stdout.write(json.dumps(told) + "\n")


def live(demo: Demo, watch: Watch) -> None:
    program = demo.program
    address = program.start()
    own = urlsplit(address)
    # The visitor of this test lives in the program's own process: elsewhere it is a browser.
    THIS_PROCESS.allow(Host(str(own.hostname), int(own.port or 0), "visitor"))
    watch.keep_secret("launch address", address.rpartition("/")[2].encode())
    visitor = Visitor(address)
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    for name, value in visitor.session.cookies.items():
        watch.keep_secret(f"cookie {name}", str(value).encode())
    key = program.cabinet._key
    assert key
    watch.keep_secret("key of the file", key.raw)
    watch.keep_secret("key of the journal", key.derive("journal"))
    watch.look("unlocked")
    demo.reader.insert(MARKED)
    hands = program.hands
    assert hands
    patient = until(lambda: hands.holder)
    assert MARKED.last_name.upper() in visitor.get(f"patients/{patient}").text
    keep_card_secret(demo, watch)
    watch.look("card read")
    visitor.get("patients/new")
    visitor.post("patients/new", **TYPED)
    typed = visitor.where.removeprefix("patients/")
    assert TYPED["last_name"].upper() in visitor.text
    watch.look("patient typed")
    for each, mutuality in ((patient, "319"), (typed, "120")):
        print_paper(visitor, bill(demo, each, mutuality), watch)
    watch.look("papers printed")
    send(demo, watch)
    watch.look("sent")
    for path in (f"patients/{patient}", "ledger/", "lots/", "nothing/" + MARKED.last_name):
        visitor.get(path)
    for key_of_lot in {x.lot.id for x in ledger.lots(demo.program.cabinet.desk())}:
        assert visitor.get(f"lots/{key_of_lot}/sent").content
    stumble(visitor)
    watch.look("stumbled")
    visitor.close()
    program.gate.lock()
    watch.look("locked")


def keep_card_secret(demo: Demo, watch: Watch) -> None:
    """Look for the files of the card and their signatures."""
    desk = demo.program.cabinet.desk()
    names = ("identity_file", "identity_signature", "address_file", "rrn_certificate")
    [row] = desk.db.execute(
        "select identity_file, identity_signature, address_file, rrn_certificate from card_read"
        " order by at desc limit 1"
    ).fetchall()
    for name, content in zip(names, row, strict=True):
        assert isinstance(content, bytes)
        watch.keep_secret(name, content)


def bill(demo: Demo, patient: str, mutuality: str) -> str:
    """Insure, open a series, record a session; return it."""
    desk = demo.program.cabinet.desk
    today = desk().today.isoformat()
    rights = {"mutuality": mutuality, "ct1": "110", "ct2": "110", "rights_from": today}
    treatments.insure(desk(), patient, rights)
    series = treatments.open_series(
        desk(),
        patient,
        {
            "category": "COMMON_1", "place": "HOME", "start_date": today, "rx_date": today,
            "prescriber": "19990116004", "prescriber_name": "Dr Anne Willems",
            "max_sessions": "18", "diagnosis": REASON,
        },
    )  # fmt: skip
    agreed = {"number": AGREEMENT, "valid_from": today, "valid_to": today}
    treatments.agree(desk(), series, agreed)
    session = sessions.record(desk(), series, {})
    assert documents.proof(desk(), session).patient.id == patient
    return session


def print_paper(visitor: Visitor, session: str, watch: Watch) -> None:
    """Show the paper as the window does; the name a print queue would give it names nobody."""
    visitor.get(f"sessions/{session}/paper")
    title = visitor.text.partition("<title>")[2].partition("</title>")[0]
    paper = visitor.session.get(f"{visitor.root}sessions/{session}/document.pdf")
    assert paper.content.startswith(b"%PDF")
    watch.keep_secret(f"paper {session}", paper.content)
    names = title + paper.headers["Content-Disposition"] + paper.url
    assert Search(WORDS).named_in(names.encode()) == set(), names


def send(demo: Demo, watch: Watch) -> None:
    """Seal everything, look for the bytes of each lot, and let the lots leave."""
    program, desk = demo.program, demo.program.cabinet.desk
    lots.seal_all(desk())
    rows = desk().db.execute("select id, payload from message").fetchall()
    assert len(rows) >= 2
    for key, payload in rows:
        assert isinstance(payload, bytes)
        watch.keep_secret(f"lot {key}", payload)
    watch.look("sealed")
    assert program.post
    program.post.send_now()
    until(lambda: {str(x.lot.state) for x in ledger.lots(desk())} == {"Sent"})


def stumble(visitor: Visitor) -> None:
    """Fail inside, in a request, in a thread and in a finalizer, with a name in the message."""
    words = f"{MARKED.last_name} {MARKED.niss} {TYPED['last_name']}"

    def fail(*_: object) -> int:
        raise ValueError(words)

    with patch.object(patients, "count", fail):
        answer = visitor.get("patients/")
    assert answer.status_code == 500
    assert Search(WORDS).named_in(answer.content) == set()
    worker = Thread(target=fail)
    worker.start()
    worker.join()
    fallen = type("Fallen", (), {"__del__": fail})()
    del fallen


if __name__ == "__main__":
    main(*sys.argv[1:])
