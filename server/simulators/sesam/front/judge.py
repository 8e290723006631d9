"""A mail judged before it is answered: its shape, its address, its seals, then each lot.

What is no file of lots is refused at the door: there is nobody to send a receipt to. What is wrong
within a lot is said in its receipt.
"""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parseaddr
from hashlib import sha256
from typing import Any

from server.simulators.sesam.front.documents import Document, Unread, read_document
from server.simulators.sesam.lots import wrong_document
from server.simulators.sesam.seals import COMPONENT, FILE, LOT, Unsealed, opened, unpacked

_HEADERS = ("From", "To", "Date", "Subject", "Message-ID")


class NotTaken(Exception):
    """A mail is refused at the door; the text says why."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail with one file."""

    message_id: str
    sender: str  # the address answers go to
    recipient: str
    file: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of its file."""
        return sha256(self.file).hexdigest()


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot; `fault` says why it is refused, "" when nothing is wrong with it by itself."""

    number: int
    kind: str
    sender: str  # nine digits
    recipient: str
    digest: str
    documents: tuple[Document, ...]
    fault: str


def read_mail(raw: bytes, sender: str, recipient: str) -> Mail:
    """Read a mail of this envelope; raises `NotTaken`."""
    mail = BytesParser(policy=default).parsebytes(raw)
    if not isinstance(mail, EmailMessage) or not all(mail[name] for name in _HEADERS):
        raise NotTaken("en-tête absent")
    named = tuple(parseaddr(str(mail[name]))[1].lower() for name in ("From", "To"))
    if named != (sender.lower(), recipient.lower()):
        raise NotTaken("ce n’est pas l’enveloppe")
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(mail["Message-ID"])):
        raise NotTaken("Message-ID illisible")
    return Mail(str(mail["Message-ID"]), sender.lower(), recipient.lower(), _attached(mail))


def read_lots(mail: Mail) -> list[Lot]:
    """Open the file of a mail; raises `NotTaken` when it, or its address, is not in order."""
    try:
        told = opened(FILE, mail.file, COMPONENT)
        receiver = str(told["destinataire"])
        lots = [unpacked(each) for each in told["lots"]]
        if not addressed(mail.recipient, receiver):
            raise NotTaken("adresse d’un autre destinataire")
        return [_lot(each, receiver) for each in lots]
    except Unsealed as wrong:
        raise NotTaken(f"fichier : {wrong}") from None
    except (KeyError, TypeError, ValueError):
        raise NotTaken("fichier illisible") from None


def addressed(address: str, receiver: str) -> bool:
    """Whether an address is a receiver's [T].

    Of DRE it is routing code and host, at the domain; of FSE the regime, organism and centre stand
    before a domain which is the practice's setting.
    """
    kind, _, parts = receiver.partition(" ")
    code, organism, place = parts.split("/")
    if kind == "DRE":
        return address.lower() == f"{code}{organism}@{place}".lower()
    return address.lower().partition("@")[0] == f"{code}{organism}{place}".lower()


def _attached(mail: EmailMessage) -> bytes:
    """Give the one attachment, whole."""
    parts = [part for part in mail.walk() if not part.is_multipart()]
    files = [part for part in parts if part.get_content_disposition() == "attachment"]
    if len(files) != 1:
        raise NotTaken("une pièce jointe, et une seule")
    if str(files[0].get("Content-Transfer-Encoding", "")).lower() != "base64":
        raise NotTaken("la pièce jointe n’est pas en base64")
    try:
        return unpacked("".join(str(files[0].get_payload()).split()))
    except ValueError:
        raise NotTaken("pièce jointe coupée ou illisible") from None


def _lot(content: bytes, receiver: str) -> Lot:
    told = opened(LOT, content)
    number, kind = told["numero"], receiver.partition(" ")[0]
    documents, fault = _documents(told, kind)
    if told["destinataire"] != receiver:
        fault = "LOT D UN AUTRE DESTINATAIRE"
    elif type(number) is not int or not 1 <= number <= 999:
        raise NotTaken("numéro de lot : de 1 à 999")
    digest = sha256(content).hexdigest()
    return Lot(number, kind, str(told["emetteur"]), receiver, digest, documents, fault)


def _documents(told: dict[str, Any], kind: str) -> tuple[tuple[Document, ...], str]:
    """Read the documents of a lot as far as they can be, and say what is wrong."""
    read: list[Document] = []
    fault = "" if told["documents"] else "LOT VIDE"
    for each in told["documents"]:
        try:
            found = read_document(kind, unpacked(each["content"]))
            read.append(found)
            wrong = wrong_document(each, kind, told["famille"]) or _misplaced(found, told)
        except Unread as why:
            wrong = str(why)
        fault = fault or wrong
    return tuple(read), fault


def _misplaced(document: Document, told: dict[str, Any]) -> str:
    if document.sender != told["emetteur"]:
        return "document d’un autre émetteur"
    if document.recipient.lower() != str(told["destinataire"]).lower():
        return "document d’un autre destinataire"
    return ""
