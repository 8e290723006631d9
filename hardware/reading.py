"""One reading of a Belgian eID, from the open card to the facts: identity first, photo last.

Source: `hardware.md` §2.5 (order and what is kept) and §2.6 (the instant of the reading).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hardware.eid import EidFile, ask_age, read_file, select_applet
from hardware.eid_remarks import remarks
from hardware.eid_tlv import IdentityTag, fields, parse_address, parse_identity
from hardware.ports import CardDone, CardLink, CardPart, CardTrouble
from server.core.cards import CardKind, CardRead, Proof

if TYPE_CHECKING:
    from hardware.eid_trust import SignedFiles, TrustAnchors

Progress = Callable[[int, CardPart], None]  # percent done, part now being read


@dataclass(frozen=True, slots=True)
class ReadingOrder:
    """What a reading needs beside the card: where, when, whom to trust, and whether the photo."""

    reader: str
    at: datetime
    anchors: "TrustAnchors"
    with_photo: bool = False


def read_eid(link: CardLink, order: ReadingOrder, progress: Progress) -> CardDone:
    """Read one eID and judge it; a doubtful card is still read, its proof says so.

    A card is called forged only when two whole readings agree on it: a bad contact can cut an
    answer short. Raises `CardTrouble`: NOT_EID, UNREADABLE, BAD_NISS, or what the link raises.
    """
    done = _read_once(link, order, progress)
    return _read_once(link, order, progress) if done.read.proof is Proof.FORGED else done


def _read_once(link: CardLink, order: ReadingOrder, progress: Progress) -> CardDone:
    from hardware.eid_trust import judge_card

    select_applet(link)
    ask_age(link)
    progress(0, CardPart.IDENTITY)
    identity_file = read_file(link, EidFile.IDENTITY)
    identity = parse_identity(identity_file)
    with _begun(identity.card_number):
        progress(20, CardPart.ADDRESS)
        address_file = read_file(link, EidFile.ADDRESS)
        address = parse_address(address_file)
        files = _read_proof(link, order, progress, identity_file, address_file)
    verdict = judge_card(files, identity, order.anchors, order.at)
    read = CardRead(
        kind=CardKind.EID,
        at=order.at,
        reader=order.reader,
        identity=identity,
        address=address,
        proof=verdict.proof,
        proof_reason=verdict.reason or "",
        identity_file=identity_file,
        identity_signature=files.identity_signature,
        address_file=address_file,
        address_signature=files.address_signature,
        rrn_certificate=files.rrn_certificate,
        photo=files.photo,
    )
    return CardDone(read, remarks(identity, address, order.at))


@contextmanager
def _begun(card_number: str) -> Iterator[None]:
    """Let whatever cuts a reading short tell which card it was, once that is known."""
    try:
        yield
    except CardTrouble as trouble:
        trouble.card_number = card_number
        raise


def _read_proof(
    link: CardLink,
    order: ReadingOrder,
    progress: Progress,
    identity_file: bytes,
    address_file: bytes,
) -> "SignedFiles":
    """Read signatures and certificate, and the photo when it is asked for."""
    from hardware.eid_trust import SignedFiles

    progress(40, CardPart.PROOF)
    identity_signature = read_file(link, EidFile.IDENTITY_SIGNATURE)
    address_signature = read_file(link, EidFile.ADDRESS_SIGNATURE)
    progress(60, CardPart.PROOF)
    rrn_certificate = read_file(link, EidFile.RRN_CERTIFICATE)
    photo = None
    if order.with_photo:
        progress(80, CardPart.PHOTO)
        photo = read_file(link, EidFile.PHOTO)
    return SignedFiles(
        identity=identity_file,
        identity_signature=identity_signature,
        address=address_file,
        address_signature=address_signature,
        rrn_certificate=rrn_certificate,
        photo=photo,
        photo_hash=fields(identity_file).get(IdentityTag.PHOTO_HASH, b""),
    )
