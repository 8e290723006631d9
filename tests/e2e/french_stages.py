"""The practice of France whose rights and complementaries are photographed."""

from datetime import timedelta

from server.services import complementaries, covers, enrolment, french_rights
from tests.e2e.stages_france import FrenchDay


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
    _cover(day, "meyer", amc="1221212145", member="7", third_party="1", link="YES", **year)
    _cover(day, "meyer", amc="1221212145", cover_source="PAPER",
           cover_from=f"01/01/{today.year - 1}", cover_to=f"31/12/{today.year - 1}")  # fmt: skip
    _cover(day, "petrov", amc="75500017", **year)
    _cover(day, "garrec", amc="1221212145", **year)
    _cover(day, "marchand", amc="799900010", **year)
    enrolment.note(day.desk, {"step": "contract"})
    french_rights.note(
        day.desk, day.patient("marchand"),
        {"kind": "ALD", "right_source": "PAPER", "rights_from": "01/02/2026", "code": "ALD 30"},
    )  # fmt: skip


def _cover(day: FrenchDay, name: str, **typed: str) -> None:
    covers.assign(day.desk, day.patient(name), typed)
