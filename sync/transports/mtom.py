"""An answer in several parts: the envelope, and beside it the files it points to (MTOM/XOP).

A partner may answer so when a file is large (`be-mycarenet.md` §2.4, §12).
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from lxml.etree import _Element

INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"


@dataclass(frozen=True, slots=True)
class Parcel:
    """An envelope and the files beside it, by Content-ID."""

    envelope: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)


def open_parcel(raw: bytes, content_type: str) -> Parcel:
    """Take an HTTP body apart; an answer in one part is its own envelope."""
    if not content_type.lower().startswith("multipart/related"):
        return Parcel(raw)
    whole = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
    parts: dict[str, bytes] = {}
    for part in whole.walk():
        if not part.is_multipart():
            name = str(part["Content-ID"] or "").strip("<> ")
            content = part.get_payload(decode=True)
            parts[name] = content if isinstance(content, bytes) else b""
    start = str(whole.get_param("start") or "").strip("<> ")
    envelope = parts.pop(start if start in parts else next(iter(parts), ""), b"")
    return Parcel(envelope, parts)


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
