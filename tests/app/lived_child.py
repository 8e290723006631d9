"""A short day with one patient who must leave no trace; started by `test_traces.py`.

Every logger of ours is at its most talkative.
"""

import logging
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from hardware.fake_person import Person
from server.app.demo import Demo
from server.app.demo_practice import PASSPHRASE
from server.app.privacy import protect_process
from server.services import documents, ledger, lots, sessions, treatments
from sync.outbound import THIS_PROCESS, Host
from tests.app.visitor import Visitor
from tests.app.waiting import until

MARKED = Person(
    niss="50010199730", last_name="Zwartmarkerbeek", first_names="Quirinus",
    birth_date=date(1950, 1, 1), sex="M", street="Sporenlaan 77", postcode="4130",
    municipality="Esneux",
)  # fmt: skip


def main(folder: str) -> None:
    protect_process()
    for ours in ("server", "webui", "hardware", "sync"):
        logging.getLogger(ours).setLevel(logging.DEBUG)
    demo = Demo(Path(folder))
    try:
        live(demo)
    finally:
        demo.program.stop()
        demo.simulator.stop()
    sys.stdout.write("lived\n")


def live(demo: Demo) -> None:
    program = demo.program
    address = program.start()
    own = urlsplit(address)
    # The visitor of this test lives in the program's own process: elsewhere it is a browser.
    THIS_PROCESS.allow(Host(str(own.hostname), int(own.port or 0), "visitor"))
    visitor = Visitor(address)
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    demo.reader.insert(MARKED)
    hands = program.hands
    assert hands
    patient = until(lambda: hands.holder)
    assert MARKED.last_name.upper() in visitor.get(f"patients/{patient}").text
    bill(demo, patient)
    visitor.get(f"patients/{patient}")
    visitor.get("nothing/" + MARKED.last_name)
    visitor.close()
    program.gate.lock()


def bill(demo: Demo, patient: str) -> None:
    """Insure, open a series, record, print, seal, send."""
    desk, program = demo.program.cabinet.desk, demo.program
    today = desk().today.isoformat()
    rights = {"mutuality": "319", "ct1": "110", "ct2": "110", "rights_from": today}
    treatments.insure(desk(), patient, rights)
    series = treatments.open_series(
        desk(),
        patient,
        {
            "category": "COMMON_1", "place": "HOME", "start_date": today, "rx_date": today,
            "prescriber": "19990116004", "prescriber_name": "Dr Anne Willems",
            "max_sessions": "18",
        },
    )  # fmt: skip
    number = "300000000000000099" + f"{300000000000000099 % 97:02d}"
    agreed = {"number": number, "valid_from": today, "valid_to": today}
    treatments.agree(desk(), series, agreed)
    session = sessions.record(desk(), series, {})
    assert documents.proof(desk(), session).patient.id == patient
    lots.seal_all(desk())
    assert program.post
    program.post.send_now()
    until(lambda: {str(x.lot.state) for x in ledger.lots(desk())} == {"Sent"})


if __name__ == "__main__":
    main(*sys.argv[1:])
