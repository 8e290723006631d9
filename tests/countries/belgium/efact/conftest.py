"""A fabricated kiné, four fabricated patients, and the files she could send."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from server.countries.belgium.efact import (
    ActLine,
    EfactOptions,
    FileRequest,
    IdentityReading,
    PatientInvoice,
    PreviousInvoice,
    Purpose,
    Sender,
)

SAMPLES = Path(__file__).parents[5] / "shared" / "data" / "be" / "efact_samples"

KINE = "51234509527"
PHYSICIAN = "14567816004"
AGREEMENT = "10020260311000000149"
DAY = date(2026, 3, 16)

SENDER = Sender(
    nihii=KINE,
    bce="0123456749",
    iban="BE85979000000106",
    bic="ARSPBE22",
    last_name="DELVAUX",
    first_name="Marie-Noëlle",
    phone="0041234567",
    profession="527",
)
ACT = ActLine(
    code="567011",
    day=DAY,
    provider=KINE,
    oa_cents=2763,
    copay_cents=625,
    prescriber=PHYSICIAN,
    prescribed_on=date(2026, 3, 2),
    agreement=AGREEMENT,
    reference="A0000000001",
)
INVOICE = PatientInvoice(
    number="010000000001",
    beneficiary="85031412795",
    sex="1",
    affiliation="134",
    destination="134",
    ct1="110",
    ct2="110",
    acts=(ACT, replace(ACT, day=date(2026, 3, 17), reference="A0000000002")),
    engagement="80001ABCDEFGH+KLMNOPQRSTUVWXYZ01",
)
REQUEST = FileRequest(
    sender=SENDER,
    reference="20260318010001",
    sending_number=17,
    created_on=date(2026, 3, 18),
    year=2026,
    month=3,
    invoices=(INVOICE,),
    options=EfactOptions(test=True),
)
READING = IdentityReading(DAY, time(14, 5), "1", "1", "592123456789")


@pytest.fixture
def request_() -> FileRequest:
    """A small file: one patient, two acts with their agreement."""
    return REQUEST


@pytest.fixture
def rich() -> FileRequest:
    """A file with two destinations, a credit note, a card reading and a code without agreement."""
    other = replace(
        INVOICE,
        number="010000000002",
        beneficiary="4711",
        by_niss=False,
        sex="2",
        affiliation="120",
        destination="120",
        engagement="",
        acts=(
            replace(ACT, code="567033", agreement=None, copay_cents=0, oa_cents=700),
            replace(ACT, reading=READING, copay_collected=False),
        ),
    )
    credit = replace(
        INVOICE,
        number="010000000003",
        purpose=Purpose.CREDIT,
        previous=PreviousInvoice("010000000000", 16, "134", 2026, 2, "16/202602/100/"),
        acts=(replace(ACT, oa_cents=-2763, copay_cents=0, units=-1),),
    )
    return replace(REQUEST, invoices=(INVOICE, other, credit))


Changed = Callable[..., FileRequest]


@pytest.fixture
def with_act() -> Changed:
    """The small file with its only invoice reduced to one act, changed as asked."""

    def make(**changes: object) -> FileRequest:
        act = replace(ACT, **changes)  # type: ignore[arg-type]  # the names are those of ActLine
        return replace(REQUEST, invoices=(replace(INVOICE, acts=(act,)),))

    return make


@pytest.fixture
def with_invoice() -> Changed:
    """The small file with its only invoice changed as asked."""

    def make(**changes: object) -> FileRequest:
        invoice = replace(INVOICE, **changes)  # type: ignore[arg-type]  # names of PatientInvoice
        return replace(REQUEST, invoices=(invoice,))

    return make


@pytest.fixture
def samples() -> Path:
    """The folder of sample messages, or a skip where the reference pages are not beside us."""
    if not SAMPLES.is_dir():
        pytest.skip("the sample messages of ../shared/data/be/efact_samples are not here")
    return SAMPLES
