"""Fills a new demo practice: its numbers, its patients, their series, some sessions given."""

from collections.abc import Callable
from datetime import date, timedelta

from server.app.demo_people import PEOPLE, PRESCRIBERS, DemoPatient
from server.core.identifiers import AgreementNumber
from server.services import patients, practices, sessions, treatments
from server.services.cabinet import Cabinet
from server.services.desk import Desk
from server.services.founding import NewPractice

PASSPHRASE = "besace-demo"  # noqa: S105 - printed on the first page: it protects nothing real

FORM = NewPractice(
    country="BE",
    name="Kiné Delporte",
    provider_number="54900119527",
    last_name="Marchal",
    first_name="Sophie",
    phone="04/123 45 67",
    passphrase=PASSPHRASE,
    locale="fr_BE",
    demo=True,
)
CARD = {
    "name": "Kiné Delporte",
    "street": "Rue des Tilleuls 12",
    "postcode": "4000",
    "city": "Liège",
    "enterprise_number": "0999900150",
    "iban": "BE67999000001787",
    "bic": "GKCCBEBB",
    "last_name": "Marchal",
    "first_name": "Sophie",
    "phone": "04/123 45 67",
    "conventioned": "1",
}


def fill(cabinet: Cabinet) -> None:
    """Make the practice, open it, and put in its people; the cabinet is left open."""
    cabinet.create(FORM)
    cabinet.prove()
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    practices.amend(cabinet.desk(), CARD)
    for number, patient in enumerate(PEOPLE):
        if patient.mutuality:
            _admit(cabinet.desk, number, patient)


def _admit(desk: Callable[[], Desk], number: int, known: DemoPatient) -> None:
    """Put in one patient with insurance, prescription, agreement and earlier sessions."""
    who, today = known.person, desk().today
    start = _back(today, 2 * known.earlier + 1)
    patient = patients.create(
        desk(),
        {
            "last_name": who.last_name, "first_name": who.first_names, "niss": who.niss,
            "sex": who.sex, "birth_date": who.birth_date.isoformat(), "street": who.street,
            "postcode": who.postcode, "city": who.municipality,
        },
    )  # fmt: skip
    treatments.insure(
        desk(), patient,
        {"mutuality": known.mutuality, "ct1": known.ct1, "ct2": known.ct1,
         "rights_from": f"{start.year}-01-01"},
    )  # fmt: skip
    nihii, name = PRESCRIBERS[number % len(PRESCRIBERS)]
    series = treatments.open_series(
        desk(), patient,
        {"category": known.category, "place": known.place, "start_date": start.isoformat(),
         "rx_date": (start - timedelta(days=4)).isoformat(), "prescriber": nihii,
         "prescriber_name": name, "max_sessions": "18"},
    )  # fmt: skip
    treatments.agree(
        desk(), series,
        {"number": _agreement(known.mutuality, number), "valid_from": start.isoformat(),
         "valid_to": f"{start.year + 1}-12-31"},
    )  # fmt: skip
    for given in range(known.earlier):
        day = start + timedelta(days=2 * given)
        sessions.record(desk(), series, {"care_date": day.isoformat(), "payment_means": "CASH",
                                         "copay_collected": "2,50"})  # fmt: skip


def _back(today: date, days: int) -> date:
    """Go back some days, but not into another year: its intake and counters would differ."""
    return max(today - timedelta(days=days), date(today.year, 1, 1))


def _agreement(mutuality: str, number: int) -> str:
    body = f"{mutuality[0]}00{number + 1:015d}"
    return AgreementNumber.parse(f"{body}{int(body) % 97:02d}").digits
