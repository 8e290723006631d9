"""Everything a judge looks at: the file, how it came, who judges, and what is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from server.simulators.mycarenet.container import File
from server.simulators.mycarenet.insurers import Insurer, union_of


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the transport said: sender, its reference, test or not, insurer addressed."""

    provider: str
    reference: str
    test: bool
    insurer: str


@dataclass(frozen=True, slots=True)
class Memory:
    """What the insurer remembers of this sender: numbers, days, invoices and acts."""

    number_taken: bool = False
    same_sending: bool = False
    filed_today: bool = False
    invoices: frozenset[str] = frozenset()
    acts: frozenset[tuple[str, str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Spell:
    """A magic patient: a code on his records of one kind.

    `acts` says for which acts: `all`, `first`, `last`, or one nomenclature code. `unless_ct` holds
    the CT1 and CT2 of the insurer's books: an invoice that carries them is left alone.
    """

    niss: str
    code: str
    record: str
    acts: str = "all"
    unless_ct: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One file before its judge, on one civil day."""

    file: File
    envelope: Envelope
    insurer: Insurer
    today: date
    memory: Memory = field(default_factory=Memory)
    spells: Mapping[str, tuple[Spell, ...]] = field(default_factory=dict)


def payer_of(file: File) -> str:
    """Name the counter a file belongs to: its union, or 306 when all of it goes there (§3)."""
    destinations = {invoice.head["18"] for invoice in file.invoices}
    if destinations == {"306"}:
        return "306"
    return union_of(file.total["501"][:1] + "00") or file.total["501"]


def act_key(niss: str, care: tuple[str, str, str]) -> tuple[str, str, str, str]:
    """Join what makes an act the same act: patient, code, day, derogation."""
    return (niss, *care)
