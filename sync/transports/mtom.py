"""An answer in several parts: the envelope, and beside it the files it points to (MTOM/XOP).

A partner may answer so when a file is large (`be-mycarenet.md` §2.4, §12).
"""

from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_PARTS = 200  # a page of the mailbox asks for fewer files than this
_HEAD_BYTES = 4096

INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"


@dataclass(frozen=True, slots=True)
class Parcel:
    """An envelope and the files beside it, by Content-ID."""

    envelope: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)


def open_parcel(raw: bytes, content_type: str) -> Parcel:
    """Take an HTTP body apart; an answer in one part is its own envelope.

    Cut by hand: the library's reader goes line by line and part within part without end, which a
    hostile answer would use. Past `MOST_PARTS` nothing is cut, and no envelope is found.
    """
    head = Message()
    head["Content-Type"] = content_type
    if head.get_content_type() != "multipart/related":
        return Parcel(raw)
    boundary = str(head.get_param("boundary") or "").encode()
    pieces = (b"\r\n" + raw).split(b"\r\n--" + boundary, MOST_PARTS + 2) if boundary else []
    if len(pieces) > MOST_PARTS + 2:  # before the first, and after the last
        return Parcel(b"")
    parts = dict(_part(piece) for piece in pieces[1:] if not piece.startswith(b"--"))
    start = _name(head.get_param("start"))
    envelope = parts.pop(start if start in parts else next(iter(parts), ""), b"")
    return Parcel(envelope, parts)


def _part(piece: bytes) -> tuple[str, bytes]:
    """Give the Content-ID of a part and its bytes."""
    written, _, content = piece.partition(b"\r\n\r\n")
    head = BytesHeaderParser().parsebytes(written[:_HEAD_BYTES].lstrip())
    coded = str(head["Content-Transfer-Encoding"] or "").strip().lower() == "base64"
    return _name(head["Content-ID"]), _decoded(content) if coded else content


def _decoded(content: bytes) -> bytes:
    try:
        return a2b_base64(content)
    except ValueError:
        return content


def _name(identifier: object) -> str:
    return str(identifier or "").strip("<> ")


def put_back(root: "_Element", files: Mapping[str, bytes]) -> None:
    """Write each file where the envelope points to it; each once, or a small answer could swell."""
    left = dict(files)
    for include in list(root.iter(INCLUDE)):
        name = unquote(include.get("href", "")).removeprefix("cid:")
        holder = include.getparent()
        content = left.pop(name, None)
        if holder is not None and content is not None:
            holder.remove(include)
            holder.text = b64encode(content).decode("ascii")
