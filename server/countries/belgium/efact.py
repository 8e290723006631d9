"""eFact for kinés: the door to writing, checking, reading and understanding its messages.

* `write_request(FileRequest) -> bytes`: a whole 920000. Raises FieldOverflow or InvalidValue when
  a value does not fit its zone; nothing is ever cut short, except names of contact persons.
* `check_request(bytes, CheckTables) -> tuple[Problem, ...]`: every rule of `be-efact.md`, judged on
  the bytes. Empty means clean. `Problem.field` names what to open (values of `Opens`), its facts
  hold `invoice` (R20 zone 24-25) and `line` (R50 zone 28).
* `interpret(bytes) -> Return | None`: what an insurer's message decides for the file, its invoices
  and its acts, and its settlement. Acts that are not listed are accepted.
* `read_efact(bytes) -> Reading`: every record with every zone typed; `rewrite(Record) -> bytes` is
  its inverse on sound records.
* `inspect_efact(bytes, Sentences, CheckTables) -> Inspection`: the content `besace inspect` prints.

Bytes given to the readers may be anything at all: nothing here raises on them.
"""

from server.countries.belgium.efact_check import check_request
from server.countries.belgium.efact_codes import Letter, PlacedCode
from server.countries.belgium.efact_inspection import Sentences, inspect_efact, recognise
from server.countries.belgium.efact_message import (
    ActLine,
    EfactOptions,
    FileRequest,
    IdentityReading,
    PatientInvoice,
    PreviousInvoice,
    Purpose,
    Sender,
)
from server.countries.belgium.efact_problems import Fault
from server.countries.belgium.efact_read import EfactFile, MessageKind, Reading, read_efact
from server.countries.belgium.efact_returns import (
    ActVerdict,
    Fate,
    InvoiceVerdict,
    Return,
    Settlement,
    SettlementLine,
    ZoneError,
    interpret,
)
from server.countries.belgium.efact_walk import AgreementUse, CheckTables
from server.countries.belgium.efact_write import rewrite, write_request

__all__ = [
    "ActLine",
    "ActVerdict",
    "AgreementUse",
    "CheckTables",
    "EfactFile",
    "EfactOptions",
    "Fate",
    "Fault",
    "FileRequest",
    "IdentityReading",
    "InvoiceVerdict",
    "Letter",
    "MessageKind",
    "PatientInvoice",
    "PlacedCode",
    "PreviousInvoice",
    "Purpose",
    "Reading",
    "Return",
    "Sender",
    "Sentences",
    "Settlement",
    "SettlementLine",
    "ZoneError",
    "check_request",
    "inspect_efact",
    "interpret",
    "read_efact",
    "recognise",
    "rewrite",
    "write_request",
]
