"""A month of a busy practice, ready to be sealed: fabricated patients of seven insurers."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from server.app import reference
from server.app.demo_practice import CARD, FORM
from server.core.identifiers import AgreementNumber
from server.services import patients, practices, sessions, treatments
from server.services.cabinet import Cabinet
from server.services.doorstep import REFERENCE
from server.store.keys import Cost

MUTUALITIES = ("134", "210", "319", "410", "509", "610", "910")
_CHEAP = Cost(19 * 1024, 2, 1)
_BUILT_ON = date(2026, 2, 1)
_EVENING = datetime(2026, 3, 31, 18, 0, tzinfo=UTC)
_FIRST = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Evening:
    """A clock that stands still: every round seals on the same evening."""

    def now(self) -> datetime:
        """Return the last evening of March 2026."""
        return _EVENING

    def monotonic(self) -> float:
        """Return the same second every time."""
        return 1_000.0


def found(folder: Path, people: int, visits: int) -> None:
    """Make a practice in an empty folder with so many patients and visits each, all to bill."""
    reference.build(folder / REFERENCE, demo=True)
    cabinet = _cabinet(folder)
    cabinet.create(FORM)
    cabinet.unlock(cabinet.logins()[0].id, FORM.passphrase)
    practices.amend(cabinet.desk(), CARD)
    for rank in range(people):
        series = _admit(cabinet, rank)
        for visit in range(visits):
            day = _FIRST + timedelta(days=2 * visit)
            sessions.record(
                cabinet.desk(), series, {"care_date": day.isoformat(), "codes": "567011"}
            )
    cabinet.lock()


def open_copy(folder: Path) -> Cabinet:
    """Open a practice made by `found` for its holder."""
    cabinet = _cabinet(folder)
    cabinet.unlock(cabinet.logins()[0].id, FORM.passphrase)
    return cabinet


def _cabinet(folder: Path) -> Cabinet:
    return Cabinet(folder, Evening(), secrets.token_bytes, _BUILT_ON, _CHEAP)


def _admit(cabinet: Cabinet, rank: int) -> str:
    """Put in one patient, insured and agreed; return his series."""
    start = _FIRST.isoformat()
    patient = patients.create(
        cabinet.desk(),
        {"last_name": f"Voisin{rank:03d}", "first_name": "Camille", "niss": _niss(rank)},
    )
    mutuality = MUTUALITIES[rank % len(MUTUALITIES)]
    treatments.insure(cabinet.desk(), patient, {"mutuality": mutuality, "ct1": "110", "ct2": "110"})
    series = treatments.open_series(
        cabinet.desk(),
        patient,
        {
            "category": "COMMON_1", "place": "CABINET", "start_date": start, "rx_date": start,
            "prescriber": "19990116004", "prescriber_name": "Dr Anne Willems",
            "max_sessions": "18",
        },
    )  # fmt: skip
    treatments.agree(
        cabinet.desk(), series, {"number": _agreement(mutuality, rank), "valid_from": start}
    )
    return series


def _niss(rank: int) -> str:
    body = f"600102{2 * rank + 1:03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def _agreement(mutuality: str, rank: int) -> str:
    body = f"{mutuality[0]}00{rank + 1:015d}"
    return AgreementNumber.parse(f"{body}{int(body) % 97:02d}").digits
