"""A SOAP 1.1 answer, read without trust: no DTD, no entity, no network, no depth (§6 row 22).

What partners send deviates from their own schemas (`be-mycarenet.md` §0 point 9): names are looked
for, nothing is validated.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.transports.mtom import open_parcel, put_back

if TYPE_CHECKING:
    from lxml.etree import _Element

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
LARGEST = 64 * 1024 * 1024  # bytes of an envelope
MOST_MARKS = 200_000  # "<" and "=" of an envelope: each may cost two hundred bytes of memory
_CODE = re.compile(r"SOA-\d{5}")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.:-]+)")
_READABLE = frozenset({b"utf-8", b"us-ascii", b"iso-8859-1", b"iso-8859-15", b"windows-1252"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A SOAP fault, as far as one needs it to decide."""

    code: str  # "SOA-01002"; "" when there is none
    side: str  # local part of faultcode: "Client" or "Server"
    text: str  # all its text, for the words MyCareNet hides in it; never for a screen or a log


@dataclass(frozen=True, slots=True)
class SoapAnswer:
    """The one element of a body, or a fault."""

    body: "_Element | None"
    fault: Fault | None
    relates_to: str  # MessageID of the request it answers; "" when absent


def read_soap(raw: bytes, content_type: str = "text/xml") -> SoapAnswer | None:
    """Return what an HTTP body says; None when it is not a SOAP 1.1 envelope."""
    parcel = open_parcel(raw, content_type)
    root = _parse(parcel.envelope)
    if root is None or root.tag != f"{{{SOAP}}}Envelope":
        return None
    put_back(root, parcel.files)
    body = root.find(f"{{{SOAP}}}Body")
    if body is None:
        return None
    relates_to = root.findtext(f"{{{SOAP}}}Header/{{{WSA}}}RelatesTo") or ""
    first = next(body.iterchildren("*"), None)
    if first is not None and first.tag == f"{{{SOAP}}}Fault":
        return SoapAnswer(None, _fault(first), relates_to.strip())
    return SoapAnswer(first, None, relates_to.strip())


def _parse(raw: bytes) -> "_Element | None":
    if not _harmless(raw):
        return None
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        return None
    return None if root.getroottree().docinfo.internalDTD is not None else root


def _harmless(raw: bytes) -> bool:
    """Refuse before any parsing what costs to refuse after: a DTD, a mountain, a hidden writing.

    Only encodings that write a DTD as ASCII does are read: UTF-16 shows its zero bytes, and the
    others must name themselves in the first line.
    """
    named = _ENCODING.search(raw[:256])
    return (
        len(raw) <= LARGEST
        and b"<!DOCTYPE" not in raw
        and b"\0" not in raw[:64]
        and (named is None or named[1].lower() in _READABLE)
        and raw.count(b"<") + raw.count(b"=") <= MOST_MARKS
    )


def _fault(element: "_Element") -> Fault:
    text = " ".join(" ".join(map(str, element.itertext())).split())
    found = _CODE.search(text)
    side = (element.findtext("faultcode") or "").rpartition(":")[2].strip()
    return Fault(found.group() if found else "", side, text)
