"""Years of a fabricated practice as rows: people, series, sessions, lines, lots and their lives.

Every row is valid against the real schema. Keys begin with zeros, so that whatever the services
write later sorts after them, as keys of a later instant do.
"""

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from server.core.identifiers import AgreementNumber, Niss
from server.store.patients import search_key

Row = tuple[object, ...]

PAYERS = ("100", "200", "300", "400", "500", "600", "900")
MUTUALITIES = ("134", "210", "319", "410", "509", "610", "910")
FIRST, LAST = date(2020, 11, 2), date(2026, 10, 31)
VISITS = 20  # sessions of one patient
_AT_ONCE = 500  # patients whose series run side by side
_IN_A_LOT = 60  # lines of one lot, about
OPEN_TURNS = 12  # the last lots of each payer, which are still under way
_REFUSED_EVERY = 20  # one lot of so many had first left in a file refused whole
_FILE, _LETTER = bytes(2048), bytes(512)  # what a lot sent, and what came back
_FILE_DIGEST, _LETTER_DIGEST = (hashlib.sha256(held).hexdigest() for held in (_FILE, _LETTER))
_NEVER = "2099-01-01T00:00:00+00:00"  # the queue of the measure stays as it is
_CODE, _FEE, _OA, _COPAY = "567011", 2600, 2050, 550
_QUOTE = json.dumps(
    [
        {"cents": _FEE, "rule": "fee", "source": "fabricated"},
        {"cents": _COPAY, "rule": "share", "source": "fabricated"},
    ],
    sort_keys=True,
)
_SURNAMES = (
    "Aerts", "Bastin", "Claes", "Dubois", "Evrard", "François", "Goossens", "Hermans", "Istace",
    "Jacobs", "Koçak", "Lambert", "Maës", "Noël", "Oger", "Peeters", "Quintens", "Renard",
    "Simon", "Thys", "Urbain", "Vandamme", "Wouters", "Yildiz", "Zaïdi",
)  # fmt: skip
_ENDINGS = (
    "", "s", "ens", "ois", "eau", "ard", "in", "ier", "oux", "et", "mans", "aert", "sen", "ghe",
    "kens", "ville", "mont", "berg", "stra", "inck",
)  # fmt: skip
_NAMES = (
    "Amélie", "Bruno", "Chloé", "Driss", "Élise", "Fatima", "Günther", "Hélène", "Inès", "Joris",
    "Karim", "Léa", "Margaux", "Nadia", "Olivier", "Pieter", "Quentin", "Rachid", "Sofie",
    "Thérèse", "Ugo", "Véronique", "Wout", "Xavier", "Yasmina", "Zoë",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """What history hangs on: ids of the practice's own rows."""

    device: str
    practitioner: str
    user: str


@dataclass(frozen=True, slots=True)
class History:
    """The rows of so many patients with `VISITS` sessions each, from a seed.

    The last lots of each payer are still under way, the same number whatever the size: accepted or
    paid in part with two refused lines each, and the very last waiting to leave.
    """

    ground: Ground
    patients: int
    seed: int
    seq: int  # the journal row of its first session

    @property
    def sessions(self) -> int:
        """How many sessions were given."""
        return self.patients * VISITS

    def day(self, n: int) -> date:
        """Give the day of a session: they are spread evenly."""
        return FIRST + timedelta(days=n * (LAST - FIRST).days // self.sessions)

    def patient(self, n: int) -> int:
        """Give the patient of a session: some five hundred are treated side by side."""
        together = self._together
        block, rest = divmod(n, together * VISITS)
        return block * together + rest % together

    def lot(self, n: int) -> tuple[int, int]:
        """Give the lot of a session: its turn, and the rank of its payer."""
        return n // (_IN_A_LOT * len(PAYERS)), self.patient(n) % len(PAYERS)

    def people(self) -> Iterator[Row]:
        """Give rows of `patient`."""
        draw = random.Random(self.seed)  # noqa: S311 - the same people each time
        for n in range(self.patients):
            last = draw.choice(_SURNAMES) + draw.choice(_ENDINGS)
            first = draw.choice(_NAMES)
            born = _born(n)
            yield (
                key("P", n), self.ground.device, 1, _niss(n), last, first, born.isoformat(),
                "F" if n % 2 else "M", ("fr_BE", "nl")[n % 2], "", search_key(last, first), 0, 0,
                None, _at(FIRST),
            )  # fmt: skip

    def identities(self) -> Iterator[Row]:
        """Give rows of `patient_identity`: what was typed on the first day."""
        for row in self.people():
            yield (
                f"00Q{str(row[0])[3:]}", row[1], 1, row[0], "MANUAL", None, _at(FIRST), row[3],
                row[4], row[5], row[6], "", row[7], 1,
            )  # fmt: skip

    def addresses(self) -> Iterator[Row]:
        """Give rows of `patient_address`."""
        for n in range(self.patients):
            yield (
                key("D", n), self.ground.device, 1, key("P", n), "MANUAL", _at(FIRST),
                f"Rue des Essais {n % 200 + 1}", "4000", "Liège",
            )  # fmt: skip

    def coverages(self) -> Iterator[Row]:
        """Give rows of `coverage`."""
        for n in range(self.patients):
            payer = PAYERS[n % len(PAYERS)]
            yield (
                key("C", n), self.ground.device, 1, key("P", n), "BE_INSURABILITY", "MANUAL",
                _at(FIRST), FIRST.isoformat(), None, payer, MUTUALITIES[n % len(PAYERS)], "110",
                "110", "",
            )  # fmt: skip

    def prescribers(self) -> Iterator[Row]:
        """Give rows of `prescriber`: one for a hundred patients."""
        for n in range(max(1, self.patients // 100)):
            yield key("B", n), self.ground.device, 1, f"1{n:07d}004", f"Dr Essai {n}"

    def prescriptions(self) -> Iterator[Row]:
        """Give rows of `prescription`: one for each patient."""
        for n in range(self.patients):
            yield (
                key("R", n), self.ground.device, 1, key("P", n), key("B", n // 100),
                self._begins(n).isoformat(), 60, None, "", 0,
            )  # fmt: skip

    def treatments(self) -> Iterator[Row]:
        """Give rows of `treatment`: one series for each patient."""
        for n in range(self.patients):
            yield (
                key("T", n), self.ground.device, 1, key("P", n), self.ground.practitioner,
                key("R", n), "COMMON_1", "", "CABINET", self._begins(n).isoformat(), None, 0, 0,
                "Active",
            )  # fmt: skip

    def agreements(self) -> Iterator[Row]:
        """Give rows of `agreement`: one for each series."""
        for n in range(self.patients):
            yield (
                key("G", n), self.ground.device, 1, key("T", n), _agreement(n),
                self._begins(n).isoformat(), None, 0, None, "MANUAL", _at(FIRST),
            )  # fmt: skip

    def fate(self, turn: int) -> str:
        """Give the state of the lots of one turn."""
        left = self.turns - turn
        if left > OPEN_TURNS:
            return "Settled"
        return "Queued" if left == 1 else "PartlySettled" if left % 2 else "Accepted"

    @property
    def turns(self) -> int:
        """How many lots each payer got."""
        return -(-self.sessions // (_IN_A_LOT * len(PAYERS)))

    def visits(self) -> Iterator[Row]:
        """Give rows of `session`."""
        for n in range(self.sessions):
            day, who = self.day(n), self.patient(n)
            yield (
                key("S", n), self.ground.device, self.seq + n, key("T", who), key("P", who),
                self.ground.practitioner, key("R", who), day.isoformat(), "CABINET", "", None, "",
                _COPAY, "CASH", _at(day),
                "Settled" if self.fate(self.lot(n)[0]) == "Settled" else "Claimed",
            )  # fmt: skip

    def acts(self) -> Iterator[Row]:
        """Give rows of `act`: one for each session."""
        for n in range(self.sessions):
            yield key("A", n), self.ground.device, self.seq + n, key("S", n), 1, _CODE, 1

    def lines(self) -> Iterator[Row]:
        """Give rows of `line`: paid, but a few that were given up."""
        for n in range(self.sessions):
            payer = PAYERS[self.patient(n) % len(PAYERS)]
            state = self.line_fate(n)
            paid = _OA if state == "Paid" else 0
            yield (
                key("K", n), self.ground.device, self.seq + n, f"Z{n:010d}", key("A", n),
                key("S", n),
                key("P", self.patient(n)), None, _CODE, self.day(n).isoformat(), payer,
                MUTUALITIES[self.patient(n) % len(PAYERS)], "110", "110", 0, _FEE, _OA, _COPAY, 0,
                "fabricated", "T", _QUOTE,
                self.lot_key(self.lot(n)), paid, state, 0,
            )  # fmt: skip

    def line_fate(self, n: int) -> str:
        """Give the state of the line of a session."""
        fate = self.fate(self.lot(n)[0])
        if fate == "Queued":
            return "Locked"
        if fate != "Settled":
            return "Rejected" if n % 30 == 0 else "Accepted"
        return "WrittenOff" if n % 500 == 499 else "Paid"

    def lot_key(self, lot: tuple[int, int]) -> str:
        """Give the key of a lot."""
        return key("L", lot[0] * len(PAYERS) + lot[1])

    def inside_lots(self) -> Iterator[Row]:
        """Give rows of `lot_line`, as the lines left."""
        for n in range(self.sessions):
            yield self.lot_key(self.lot(n)), key("K", n), f"{n:012d}", n, _OA, _COPAY, 0
            turn, payer = self.lot(n)
            if turn % _REFUSED_EVERY == 0:
                before = f"00J{self.lot_key((turn, payer))[3:]}"
                yield before, key("K", n), f"1{n:011d}", n, _OA, _COPAY, 0

    def lots(self) -> Iterator[Row]:
        """Give rows of `lot`, and of the files that were refused whole before them."""
        for turn, n, payer, count in self._bundles():
            day, lot = self.day(n) + timedelta(days=7), self.lot_key((turn, payer))
            half = (
                _at(day), self.ground.user, _FILE_DIGEST, "0" * 64, count * _OA, count * _COPAY,
                0, count, count,
            )  # fmt: skip
            months = (PAYERS[payer], f"{self.day(n):%Y-%m}")
            before = None
            if turn % _REFUSED_EVERY == 0:
                before = f"00J{lot[3:]}"
                yield (
                    before, self.ground.device, 2, "EFACT", *months,
                    950 + turn // _REFUSED_EVERY % 49, day.year, f"8{turn:06d}{payer:07d}",
                    day.isoformat(), *half, None, "Refused",
                )  # fmt: skip
            yield (
                lot, self.ground.device, 2, "EFACT", *months, 500 + turn % 449, day.year,
                f"9{turn:06d}{payer:07d}", day.isoformat(), *half, before, self.fate(turn),
            )  # fmt: skip

    def messages(self) -> Iterator[Row]:
        """Give rows of `message`: one for each lot, arrived."""
        for turn, n, payer, _ in self._bundles():
            lot, day = self.lot_key((turn, payer)), self.day(n) + timedelta(days=7)
            waits = self.fate(turn) == "Queued"
            fate = ("RetryWait", "http.503", _NEVER) if waits else ("Done", "", None)
            yield (
                f"00M{lot[3:]}", self.ground.device, 2, "efact", f"efact:{PAYERS[payer]}",
                PAYERS[payer], f"9{turn:06d}{payer:07d}", lot, _FILE, _FILE_DIGEST, 30,
                None, None, None, None, _at(day), *fate, 1, _at(day), None, "", None,
            )  # fmt: skip

    def attempts(self) -> Iterator[Row]:
        """Give rows of `attempt` without their id."""
        for turn, n, payer, _ in self._bundles():
            lot, at = self.lot_key((turn, payer)), _at(self.day(n) + timedelta(days=7))
            yield f"00M{lot[3:]}", 1, "send", "boot", at, 1.0, "0" * 64, "done", "", at

    def letters(self) -> Iterator[Row]:
        """Give rows of `letter`: a receipt, an acceptance and a settlement for each lot."""
        forms = ("efact.931000", "efact.920098", "efact.920900")
        for turn, n, payer, _ in self._bundles():
            lot = self.lot_key((turn, payer))
            for rank, form in enumerate(forms if self.fate(turn) != "Queued" else ()):
                at = _at(self.day(n) + timedelta(days=8 + rank))
                yield (
                    f"00{'XYZ'[rank]}{lot[3:]}", self.ground.device, 2, at, "message", form,
                    f"{lot}{rank}", _LETTER_DIGEST, _LETTER, "", "", "", "", form, lot, "Applied",
                    "", at, at, None,
                )  # fmt: skip

    def settlements(self) -> Iterator[Row]:
        """Give rows of `settlement` without their id."""
        for turn, _, payer, count in self._bundles():
            if self.fate(turn) != "Queued":
                lot = self.lot_key((turn, payer))
                sums = (count * _OA, (count - 2) * _OA, 2 * _OA)
                yield f"00Z{lot[3:]}", lot, "", *sums, f"VIR{turn:06d}{payer}", 1

    def verdicts(self) -> Iterator[Row]:
        """Give rows of `line_verdict` without their id: why the refused lines were."""
        first = max(0, self.turns - OPEN_TURNS) * _IN_A_LOT * len(PAYERS)
        for n in range(first, self.sessions):
            if self.line_fate(n) == "Rejected":
                lot = self.lot_key(self.lot(n))
                letter = f"00Z{lot[3:]}"
                yield letter, key("K", n), lot, "REJECTED", "E", "500715", "", None

    def payments(self) -> Iterator[Row]:
        """Give rows of `payment`: one transfer for each settled lot, a few that match nothing."""
        for n in range(10):
            yield (
                key("U", n), self.ground.device, 2, "BANK", PAYERS[0], 1000, f"INCONNU{n}",
                LAST.isoformat(), 0,
            )  # fmt: skip
        for turn, n, payer, count in self._bundles():
            day = self.day(n) + timedelta(days=30)
            if self.fate(turn) != "Settled":
                continue
            yield (
                f"00V{self.lot_key((turn, payer))[3:]}", self.ground.device, 2, "BANK",
                PAYERS[payer], count * _OA, f"VIR{turn:06d}{payer}", day.isoformat(), count * _OA,
            )  # fmt: skip

    def matched(self) -> Iterator[Row]:
        """Give rows of `reconciliation`: what each line got."""
        for n in range(self.sessions):
            if self.line_fate(n) == "Paid":
                lot = self.lot_key(self.lot(n))
                yield f"00V{lot[3:]}", key("K", n), lot, _OA

    def _bundles(self) -> Iterator[tuple[int, int, int, int]]:
        """Walk the lots: turn, first session, rank of the payer, number of lines."""
        size = _IN_A_LOT * len(PAYERS)
        for first in range(0, self.sessions, size):
            counts = [0] * len(PAYERS)
            for n in range(first, min(first + size, self.sessions)):
                counts[self.patient(n) % len(PAYERS)] += 1
            for payer, count in enumerate(counts):
                if count:
                    yield first // size, first, payer, count

    def _begins(self, patient: int) -> date:
        together = self._together
        return self.day(patient // together * together * VISITS)

    @property
    def _together(self) -> int:
        return min(_AT_ONCE, self.patients)


def key(kind: str, n: int) -> str:
    """Make the key of a row of history: a letter for its kind, then its rank."""
    return f"00{kind}{n:023d}"


def _at(day: date) -> str:
    return datetime.combine(day, time(9, 0), tzinfo=UTC).isoformat()


def _born(n: int) -> date:
    return date(1930, 1, 1) + timedelta(days=n * 7 % 25_000)


def _niss(n: int) -> str:
    """Make a NISS nobody has: a real check number on a rank no register gives twice a day."""
    body = f"{_born(n):%y%m%d}{n // 25_000 * 2 + n % 2 + 1:03d}"
    return Niss.parse(f"{body}{97 - int(body) % 97:02d}").digits


def _agreement(n: int) -> str:
    body = f"{PAYERS[n % len(PAYERS)][0]}01{n + 1:015d}"
    return AgreementNumber.parse(f"{body}{int(body) % 97:02d}").digits


def tables(history: History) -> Sequence[tuple[str, Iterator[Row]]]:
    """Give each table and its rows, parents first; an id the file gives itself is left out."""
    h = history
    return (
        ("patient", h.people()),
        ("patient_identity", h.identities()),
        ("patient_address", h.addresses()),
        ("coverage", h.coverages()),
        ("prescriber", h.prescribers()),
        ("prescription", h.prescriptions()),
        ("treatment", h.treatments()),
        ("agreement", h.agreements()),
        ("session", h.visits()),
        ("act", h.acts()),
        ("lot", h.lots()),
        ("line", h.lines()),
        ("lot_line", h.inside_lots()),
        ("message", h.messages()),
        ("attempt", h.attempts()),
        ("letter", h.letters()),
        ("settlement", h.settlements()),
        ("line_verdict", h.verdicts()),
        ("payment", h.payments()),
        ("reconciliation", h.matched()),
    )
