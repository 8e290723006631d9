"""A morning of the French demo practice, at which the screens of care are photographed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from server.app.clocks import ShiftedClock
from server.app.demo_france import FrenchDemo
from server.app.demo_france_areas import told_of
from server.services import (
    adri,
    agenda,
    alarms,
    complementaries,
    convention_import,
    covers,
    french_assessments,
    french_rights,
    french_series,
    french_visits,
    secure_tp,
)
from server.services.convention_import import pieces_of
from server.services.online import StepState
from server.services.secure_tp import Part
from tests.app.waiting import until
from tests.countries.france.tables import line, written
from tests.e2e.kine import START
from tests.e2e.stages import Stage
from tests.world import FixedClock

RX = {"prescriber": "10009999904", "prescriber_name": "Dr Yann LE BIHAN"}


class FrenchDay(Stage):
    """The demo practice of France, its online services beside it."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(START)
        self.demo = FrenchDemo(folder, ShiftedClock(self.clock))
        self.program = self.demo.program
        self.program.start()

    def put_away(self) -> None:
        super().put_away()
        self.demo.end()

    def series_of(self, name: str) -> str:
        return french_series.of_patient(self.desk, self.patient(name))[0].treatment.id

    def open_series(self, name: str, **typed: str) -> str:
        """Open a treatment begun two weeks ago."""
        begun = self.desk.today - timedelta(days=14)
        form = {
            "territory": "UPPER_LIMB", "place": "HOME", "kilometres": "9", "outside_town": "1",
            "start_date": begun.isoformat(), "rx_date": begun.isoformat(), **RX, **typed,
        }  # fmt: skip
        return french_series.open_series(self.desk, self.patient(name), form)


def french_morning(day: FrenchDay) -> None:
    """What is noted at the desk, then what is given."""
    noted(day)
    given(day)
    told(day)


def online_morning(day: FrenchDay) -> None:
    """The same, and what the online services answered, before any picture is taken."""
    french_morning(day)
    signed = written([line("0799900010", "OC", "", label="MUTUELLE TI DOUE")])
    table = convention_import.read(day.desk, "C-InterAMC_20260112.csv", pieces_of(signed))
    convention_import.confirm(day.desk, table.id)
    adri_answered(day)
    committed(day)
    refused(day)


FRENCH_PLAYS = {"france": french_morning, "france-online": online_morning}


def given(day: FrenchDay) -> None:
    """A shoulder at home, and a back whose fifteen sessions are given."""
    day.open_series("marchand")
    back = day.open_series(
        "meyer", territory="SPINE", situation="low_back_pain", declared="13", place="CABINET"
    )
    for ago in (5, 4, 1):
        cared = day.desk.today - timedelta(days=ago)
        french_visits.record(day.desk, back, {"care_date": cared.isoformat()})
    asked = day.desk.today - timedelta(days=1)
    french_series.request(
        day.desk, back,
        {"sent_on": asked.isoformat(), "sessions_asked": "15", "argument": "Raideur matinale"},
    )  # fmt: skip
    french_assessments.write(
        day.desk, back,
        {"kind": "INITIAL", "done_on": asked.isoformat(), "physician": RX["prescriber_name"],
         "pain": "6",
         "findings": "Flexion limitée, doigts-sol 32 cm", "diagnosis": "Raideur lombaire",
         "goals": "Reprendre le jardin", "plan": "Deux séances par semaine, gainage"},
    )  # fmt: skip
    paid = {"copay_collected": "27,22", "payment_means": "CARD"}
    french_visits.record(day.desk, day.series_of("marchand"), paid)


def told(day: FrenchDay) -> None:
    """What is written in the other areas of two files."""
    told_of(day.desk, day.patient("marchand"), care="Douleur nocturne depuis dimanche.")
    alarms.set_alarm(
        day.desk, day.patient("meyer"), {"alarm": "Demander la radio", "reach": "PRACTICE"}
    )


def noted(day: FrenchDay) -> None:
    """Complementaries known, covers of three patients, a long illness."""
    for name, number, unique in (
        ("Mutuelle Ti Doué", "0799900010", ""), ("Mutuelle Breizh Santé", "0799900082", "1"),
    ):  # fmt: skip
        complementaries.create(
            day.desk,
            {"name": name, "number": number, "unique": unique, "city": "Brest",
             "street1": "1 quai fabriqué", "phone1": "02 00 00 00 00"},
        )  # fmt: skip
    today = day.desk.today
    year = {"cover_from": f"01/01/{today.year}", "cover_source": "PAPER",
            "cover_to": (today + timedelta(days=20)).isoformat()}  # fmt: skip
    cover(day, "meyer", amc="1221212145", member="7", third_party="1", link="YES", **year)
    cover(day, "meyer", amc="1221212145", cover_source="PAPER",
           cover_from=f"01/01/{today.year - 1}", cover_to=f"31/12/{today.year - 1}")  # fmt: skip
    cover(day, "petrov", amc="75500017", **year)
    french_rights.note(
        day.desk, day.patient("marchand"),
        {"kind": "ALD", "right_source": "PAPER", "rights_from": "01/02/2026", "code": "ALD 30"},
    )  # fmt: skip


def adri_answered(day: FrenchDay) -> str:
    """Have ADRi answer about somebody whose card names another caisse; whose leaf it is."""
    patient = day.patient("garrec")
    if adri.enquiry(day.desk, patient).last is None:
        adri.ask(day.desk, patient)
        _posted(day, lambda: adri.enquiry(day.desk, patient).state is StepState.GIVEN)
    return patient


def committed(day: FrenchDay) -> str:
    """Have a complementary promise its part; the session it is for."""
    return _stepped(day, "marchand", "0799900010", "A0099", Part.COMMITTED)


def refused(day: FrenchDay) -> str:
    """Have a complementary that no convention was signed with say no; the session it is for."""
    if not complementaries.listed(day.desk, "0799900028"):
        complementaries.create(
            day.desk, {"name": "Mutuelle du Phare", "number": "0799900028", "unique": ""}
        )
        day.open_series("casanova", place="CABINET", kilometres="", outside_town="")
        french_visits.record(day.desk, day.series_of("casanova"), {"payment_means": ""})
    return _stepped(day, "casanova", "0799900028", "B7", Part.HELD)


def _stepped(day: FrenchDay, name: str, number: str, member: str, ends: Part) -> str:
    patient, today = day.patient(name), day.desk.today
    [session] = [each.id for each in agenda.of_day(day.desk, today) if each.patient.id == patient]
    if secure_tp.view(day.desk, session).part is Part.NONE:
        cover(day, name, amc=number, member=member, third_party="1", cover_source="PAPER",
               cover_from=f"01/01/{today.year}", cover_to=f"31/12/{today.year}")  # fmt: skip
        secure_tp.begin(day.desk, session)
        _posted(day, lambda: _ended(day, session, ends))
    return session


def _ended(day: FrenchDay, session: str, ends: Part) -> bool:
    held = secure_tp.view(day.desk, session)
    return held.part is ends and not held.moving


def _posted(day: FrenchDay, seen: Callable[[], bool]) -> None:
    """Have the post run until something is seen."""
    assert day.program.post is not None
    day.program.post.send_now()
    until(seen)


def cover(day: FrenchDay, name: str, **typed: str) -> None:
    """Type a complementary cover of somebody."""
    covers.assign(day.desk, day.patient(name), typed)
