"""What a card says, in frozen values: the facts a reader produces and the program keeps."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.core.identifiers import Niss


class CardKind(StrEnum):
    """Cards we know."""

    EID = "EID"
    VITALE = "VITALE"
    CPS = "CPS"


class Proof(StrEnum):
    """How far what was read can be believed (`hardware.md` §2.5)."""

    VERIFIED = "VERIFIED"  # signatures good, chain ends in a root the practice trusts
    UNVERIFIED = "UNVERIFIED"  # signatures good, no root loaded to end the chain
    DEMO = "DEMO"  # signatures good, chain ends in the fabricated root of demo cards
    FORGED = "FORGED"  # a signature, a hash or the chain is wrong
    EXPIRED = "EXPIRED"  # all good, but the card's own validity is over


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity file of a Belgian eID, fields as printed; raw text kept beside parsed dates."""

    niss: Niss
    last_name: str
    first_names: str
    birth_date: date | None
    birth_text: str
    sex: str  # "M", "F" or ""
    card_number: str
    nationality: str
    valid_from: date | None
    valid_to: date | None
    document_type: int
    birth_place: str = ""
    third_initial: str = ""


@dataclass(frozen=True, slots=True)
class CardAddress:
    """The address file of a Belgian eID."""

    street: str
    postcode: str
    municipality: str


@dataclass(frozen=True, slots=True)
class CardRead:
    """One reading at the bedside: its instant is never changed afterwards."""

    kind: CardKind
    at: datetime
    reader: str
    identity: Identity
    address: CardAddress | None  # None: the card has none, or it could not be read
    proof: Proof
    proof_reason: str  # code of the sentence that explains `proof`, "" when VERIFIED
    identity_file: bytes  # kept as evidence, with its signature and certificate
    identity_signature: bytes
    address_file: bytes
    address_signature: bytes
    rrn_certificate: bytes
    photo: bytes | None = None
    complete: bool = True


def mark_of(read: CardRead, salt: bytes) -> str:
    """Give what a door may know of a card while the practice is encrypted: a digest and no more.

    The identity file holds the number of the chip and the digest of the photo, so that nobody can
    find a national number by trying them all; the salt is the practice's own.
    """
    return hmac.new(salt, read.identity_file, hashlib.sha256).hexdigest()
