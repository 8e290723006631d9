"""A tiny writer of eFact files for these tests alone, made of %-templates (`be-efact.md` §2).

It knows nothing of the product's writer nor of the simulator's table: a third reading of the page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

NISS, NISS_WOMAN = "85073000160", "90050725406"
NIHII, PRESCRIBER = "50670622527", "19561633004"
AGREEMENT = "10020000000008470066"


def z(count: int) -> str:
    """Reserved zeros."""
    return count * "0"


def b(count: int) -> str:
    """Reserved blanks."""
    return count * " "


_HEADER = f"920000000100%(nature)s000000%(reference)s00{z(14)}00{z(15)}"
_COVER = (
    f"%(month)s00%(number)s00%(created)s00{b(13)}00%(version)s00%(surname)-45s00%(name)-24s00"
    f"%(phone)s0003000100{z(20)}"
)
_PERSON = "%(mutuality)s00%(niss)s%(sex)s"
_BANK = f"%(company)s{b(25)}0000%(bic)-11s0%(iban)-34s{z(6)}{b(11)}{z(41)}{b(34)}"
_RECORDS = {
    "10": f"0%(version)s{z(16)}%(number)s{z(17)}0400%(nihii)s{z(17)}%(profession)s{z(20)}"
    f"0%(month)s00000%(created)s{_BANK}{z(44)}",
    "20": f"{z(24)}{_PERSON}3%(kind)s00000%(nihii)s{z(17)}%(destination)s{z(27)}%(invoice)s0"
    f"%(cover)s{b(25)}{z(12)}10000000{b(22)}{z(66)}{b(22)}{z(56)}",
    "50": f"00%(code)s%(day)s%(day)s{_PERSON}000990{z(12)}0%(nihii)s1{z(7)}%(insurer)+012d"
    f"%(prescribed)s%(unit)+05d%(derogation)s0%(prescriber)s%(norm)s%(patient)+010d{b(25)}00"
    f"%(extra)s0001{z(52)}{b(30)}0+0000000{z(79)}",
    "52": f"00%(code)s%(day)s{z(11)}00%(niss)s{z(19)}0%(nihii)s{z(52)}%(agreement)s{z(197)}",
    "80": f"{z(24)}{_PERSON}300000"
    f"0%(nihii)s%(none)s{z(5)}%(destination)s%(insurer)+012d{z(15)}"
    f"%(invoice)s0%(patient)+010d{b(25)}00%(extra)s1{z(7)}%(none)s{z(152)}%(check)s",
    "90": f"{z(24)}%(number)s{z(20)}0%(nihii)s%(none)s{z(8)}%(total)+012d{z(8)}0%(month)s{z(13)}"
    f"{_BANK}{z(42)}%(check)s",
}
_FOOTER = (
    "%(kind)s00%(owner)s00%(recap)012d00%(total)+012d00%(none)s00%(total)+012d00%(count)08d00"
    f"%(check)s00{b(271)}"
)


@dataclass(frozen=True)
class Care:
    """One act as a test wants it; `agreement` None leaves the record 52 out."""

    code: str = "567011"
    day: str = "20260310"
    insurer: int = 2455
    patient: int = 625
    agreement: str | None = AGREEMENT
    prescriber: str = PRESCRIBER
    prescribed: str = "20260301"
    derogation: str = "00"


@dataclass(frozen=True)
class Bill:
    """One invoice."""

    niss: str = NISS
    sex: str = "1"
    mutuality: str = "134"
    destination: str = "134"
    number: str = "010000000001"
    cares: Sequence[Care] = (Care(),)
    kind: str = "0"
    cover: str = "0000110110"


Touch = Callable[[str, int, str], str]


def untouched(kind: str, rank: int, text: str) -> str:
    """Leave a record as the template wrote it."""
    return text


@dataclass(frozen=True)
class Sending:
    """A whole file; `touch` may change a record before its control digits are written."""

    bills: Sequence[Bill] = (Bill(),)
    union: str = "1"
    reference: str = "20260312010001"
    number: str = "101"
    month: str = "202603"
    created: str = "20260312"
    phone: str = "0041234567"
    nihii: str = NIHII
    profession: str = "527"
    company: str = "0018521159"
    bic: str = "GKCCBEBB"
    iban: str = "BE19325763870012"
    test: bool = True
    touch: Touch = untouched
    shared: Mapping[str, object] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        shared = {
            "nature": "92" if self.test else "12",
            "version": "9991999" if self.test else "0001999",
            "surname": "FABRIQUE",
            "name": "KINE",
            "none": "+" + z(11),
            "extra": "+" + z(9),
            **{name: value for name, value in vars(self).items() if isinstance(value, str)},
        }
        object.__setattr__(self, "shared", shared)

    def content(self) -> bytes:
        """The file, with every control digit."""
        body = Body(self)
        body.add("10", {})
        for bill in self.bills:
            body.bill(bill)
        total = sum(care.insurer for bill in self.bills for care in bill.cares)
        body.add("90", {"total": total, "check": check(body.codes)})
        parts = [_HEADER % self.shared, _COVER % self.shared, *body.parts, *self._footers(body)]
        parts = [
            self.touch(kind, 0, part) for kind, part in zip("HC", parts, strict=False)
        ] + parts[2:]
        return "".join(parts).encode("ascii")

    def _footers(self, body: "Body") -> list[str]:
        written = []
        for at, (owner, bills) in enumerate(sorted(body.by_destination.items())):
            values = {"owner": owner, "recap": at + 1, "kind": "95", **totals(bills)}
            written.append(self.touch("95", at, _FOOTER % {**self.shared, **values}))
        values = {"owner": self.union + "99", "recap": 0, "kind": "96", **totals(self.bills)}
        values["count"] = len(body.parts)
        written.append(self.touch("96", 0, _FOOTER % {**self.shared, **values}))
        return written


class Body:
    """The records of a file, ranked as they are added."""

    def __init__(self, sending: Sending) -> None:
        self.sending = sending
        self.parts: list[str] = []
        self.codes: list[str] = []
        self.by_destination: dict[str, list[Bill]] = {}

    def add(self, kind: str, values: Mapping[str, object]) -> None:
        """Write one record."""
        rank = len(self.parts) + 1
        text = f"{kind}{rank:06d}" + _RECORDS[kind] % {**self.sending.shared, **values}
        assert len(text) == 348, (kind, len(text))
        text = self.sending.touch(kind, rank, text)
        self.parts.append(text if len(text) == 350 else text + digits(text))

    def bill(self, bill: Bill) -> None:
        """Write one invoice."""
        self.by_destination.setdefault(bill.destination, []).append(bill)
        values = {**vars(bill), "invoice": bill.number}
        values.pop("number")
        self.add("20", values)
        for care in bill.cares:
            norm = "1" if care.prescriber.strip("0") else "0"
            unit = -1 if care.insurer < 0 else 1
            act = {**values, **vars(care), "norm": norm, "unit": unit}
            self.add("50", act)
            if care.agreement is not None:
                self.add("52", act)
        self.codes += codes(bill)
        self.add("80", {**values, **totals([bill]), "insurer": totals([bill])["total"]})


def codes(bill: Bill) -> list[str]:
    """The nomenclature zones of an invoice, records 50 and 52."""
    return [care.code for care in bill.cares for _ in range(1 + (care.agreement is not None))]


def totals(bills: Sequence[Bill]) -> dict[str, object]:
    """Sums, number of records and control digits over some invoices."""
    cares = [care for bill in bills for care in bill.cares]
    every = [code for bill in bills for code in codes(bill)]
    return {
        "total": sum(care.insurer for care in cares),
        "patient": sum(care.patient for care in cares),
        "count": len(every) + 2 * len(bills),
        "check": check(every),
    }


def check(every: Sequence[str]) -> str:
    """CD-FACT, CD-MUT or CD-ENVOI."""
    return f"{sum(int(code) for code in every) % 97 or 97:02d}"


def digits(text: str) -> str:
    """CD-REC of the first 348 characters."""
    total = 0
    for char in text[:348]:
        if char.isdigit():
            total += int(char)
        elif char == " ":
            total += 10
        else:
            total += ord(char.upper()) - 54 if char.isalpha() else 37
    return f"{total % 97 or 97:02d}"


def put(text: str, start: int, value: str) -> str:
    """Write over a position counted from 1."""
    return text[: start - 1] + value + text[start - 1 + len(value) :]


def writing(kind: str, start: int, value: str, rank: int | None = None) -> Touch:
    """Write a value over a position of every record of a kind, or of the one of that rank."""

    def touch(seen: str, at: int, text: str) -> str:
        return put(text, start, value) if seen == kind and rank in (None, at) else text

    return touch
