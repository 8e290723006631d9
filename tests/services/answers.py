"""A tiny insurer: it echoes the file it was sent and adds what it decides (`be-efact.md` §4).

Positions are those of the page, counted from 1; no writer or reader of the product is used.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from server.core.outbox import Letter, LetterKind

_ERROR_START = 106  # of the first letter, within the 450 characters an insurer adds
_COMMENT = 183


def put(text: str, start: int, value: str) -> str:
    """Write over a position counted from 1."""
    return text[: start - 1] + value + text[start - 1 + len(value) :]


@dataclass(frozen=True)
class Answer:
    """What an insurer makes of one file we sent."""

    sent: bytes
    oa_reference: str = "00000000001480"
    said: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # record number: "R500522"…

    @property
    def records(self) -> list[str]:
        """Every record of 350 characters, R10 to 96."""
        text = self.sent.decode("ascii")[227:]
        return [text[i : i + 350] for i in range(0, len(text), 350)]

    def rank(self, line_ref: str) -> int:
        """The number of the R50 that carries one of our line references."""
        return next(i for i, r in enumerate(self.records, 1) if r[:2] == "50" and line_ref in r)

    def saying(self, rank: int, *codes: str) -> "Answer":
        """The same answer with codes on one more record."""
        return Answer(self.sent, self.oa_reference, {**self.said, rank: codes})

    def receipt(self) -> bytes:
        """931000: stored, nothing decided."""
        return (self._head("931000") + "92000000" + "0" * 152).encode("ascii")

    def accepted(self) -> bytes:
        """920098: taken, but for the acts named."""
        return self._returned("920098", "00").encode("ascii")

    def refused(self, kind: str = "01") -> bytes:
        """920099: nothing is booked; the records in error come back."""
        return self._returned("920099", kind).encode("ascii")

    def refused_union(self) -> bytes:
        """920999: the footer 96 comes back with 20 in zone 5011."""
        footer = next(r for r in self.records if r[:2] == "96")
        head = self._head("920999") + self.sent.decode("ascii")[67:227]
        return (head + put(footer, 8, "20")).encode("ascii")

    def settled(self, accepted: int, reference: str, requested: int | None = None) -> bytes:
        """920900: what will be paid, under which payment reference."""
        asked = self._asked() if requested is None else requested
        footers = [r for r in self.records if r[:2] == "95"]
        lines = [_footer(r, "91", int(r[24:35]), reference) for r in footers[1:]]
        first = accepted - sum(int(r[24:35]) for r in footers[1:])
        lines.insert(0, _footer(footers[0], "91", first, reference))
        total = next(r for r in self.records if r[:2] == "96")
        closing = _footer(total, "92", accepted, "", asked)
        return (self._returned("920900", "00") + "".join(lines) + closing).encode("ascii")

    def _asked(self) -> int:
        return next(int(r[52:63]) for r in self.records if r[:2] == "96")

    def _head(self, kind: str) -> str:
        head = put(self.sent.decode("ascii")[:67], 1, kind)
        return put(head, 37, self.oa_reference)

    def _returned(self, kind: str, refusal: str) -> str:
        cover = self.sent.decode("ascii")[67 : 67 + 140]
        text = self._head(kind) + cover + "00000" + "00" + refusal + "00" + " " * 459
        ends = {i for i, r in enumerate(self.records, 1) if r[:2] in ("10", "90")}
        echoed = self._families() if kind != "920099" or self.said else set()
        shown = sorted((ends if self.said or kind == "920900" else set()) | echoed)
        return text + "".join(
            self.records[i - 1] + _error(self.said.get(i, ()), self.sent) for i in shown
        )

    def _families(self) -> set[int]:
        """The records in error, with the R20 and R80 around them."""
        kept: set[int] = set()
        for rank in self.said:
            kept.add(rank)
            kinds = [r[:2] for r in self.records]
            if kinds[rank - 1] in ("10", "90"):
                continue
            kept.add(max(i for i, k in enumerate(kinds, 1) if k == "20" and i <= rank))
            kept.add(min(i for i, k in enumerate(kinds, 1) if k == "80" and i >= rank))
        return kept


def _error(codes: Iterable[str], sent: bytes) -> str:
    text = sent.decode("ascii")
    part = text[75:78] + text[80:88] + text[67:73] + "000"
    part += " " * (450 - len(part))
    for place, code in enumerate((*codes, " " * 7, " " * 7, " " * 7)[:3]):
        part = put(part, _ERROR_START + 1 + 7 * place, code)
    for start in (478, 490, 502):
        part = put(part, start - 350, "+" + "0" * 11)
    return part


def _footer(
    record: str, kind: str, accepted: int, reference: str, requested: int | None = None
) -> str:
    """A record 91 or 92 made of our 95 or 96: amounts over account A and over all accounts."""
    asked = int(record[24:35]) if requested is None else requested
    text = kind + record[2:21] + "00"
    text = put(text.ljust(800), 24, f"+{asked:011d}00+{0:011d}00+{asked:011d}00")
    text = put(text, 66, record[65:77] + "00")
    sums = (accepted, asked - accepted, 0, 0, accepted, asked - accepted)
    text = put(text, 80, "".join(f"+{cents:011d}00" for cents in sums))
    return put(text, 164, f"{reference:22}00{'':22}00") if kind == "91" else text


def letter(content: bytes, kind: LetterKind = LetterKind.MESSAGE) -> Letter:
    """One piece of post, as the mailbox gives it."""
    return Letter(kind, "HCPFAC", content, b64encode(sha256(content).digest()).decode(), "", "")


def tack(reference: str, sent: bytes, result: str = "success") -> Letter:
    """A hub acknowledgement of some bytes sent under one of our references."""
    major = f"urn:nip:tack:result:major:{result}"
    value = hmac.digest(major.encode(), sent, "sha256")
    return Letter(
        LetterKind.TACK,
        "",
        value,
        b64encode(value).decode(),
        "",
        reference,
        major,
        f"urn:nip:reference:input:{reference}",
    )
