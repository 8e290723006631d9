"""What GenericAsync answers: an acknowledgement, or a page of the mailbox.

Source: `be-mycarenet.md` §9.
"""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.core.outbox import Letter, LetterKind
from server.core.tack import proves
from sync.transports.blob import LARGEST, hash_value, inflate

if TYPE_CHECKING:
    from lxml.etree import _Element

G = "{urn:be:cin:nip:async:generic}"
C = "{urn:be:cin:mycarenet:esb:common:v2}"
SUCCESS = "urn:nip:tack:result:major:success"
FAILURE = "urn:nip:tack:result:major:failure"  # [K] `be-mycarenet.md` §9
INPUT = "urn:nip:reference:input:"


@dataclass(frozen=True, slots=True)
class TAck:
    """A technical acknowledgement: MyCareNet stored the file, or refused to."""

    value: str  # base64, as written: what `confirm` takes
    applies_to: str
    result_major: str
    result_minor: str
    reference: str

    @property
    def success(self) -> bool:
        """Whether the file is stored at MyCareNet."""
        return self.result_major == SUCCESS

    @property
    def failure(self) -> bool:
        """Whether it is certain that the file is not stored there."""
        return self.result_major == FAILURE

    @property
    def input_reference(self) -> str:
        """Our reference; "" when it applies to something else."""
        return self.applies_to.removeprefix(INPUT) if self.applies_to.startswith(INPUT) else ""

    def proves(self, payload: bytes) -> bool:
        """Whether the value is the HMAC of these very bytes under this very result."""
        return proves(_decoded(self.value), self.result_major, payload)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a mailbox."""

    letters: tuple[Letter, ...]
    tacks: tuple[TAck, ...]
    full: bool  # as many as were asked for: there may be more


def read_post(body: "_Element | None") -> TAck | None:
    """Read the answer to a post; None when it holds no acknowledgement."""
    if body is None or body.tag != f"{G}postResponse":
        return None
    element = body.find(f"{G}return")
    return None if element is None or "ResultMajor" not in element.attrib else _tack(element)


def read_page(body: "_Element | None", most: int) -> Page | None:
    """Read the answer to a get for at most `most` of each kind; None when it is no such answer."""
    if body is None or body.tag != f"{G}getResponse":
        return None
    answer = body.find(f"{G}return")
    if answer is None:
        return None
    messages = tuple(_messages(answer))
    tacks = tuple(_tack(element) for element in answer.iterfind(f"{G}TAckResponse/{G}TAck"))
    letters = (*messages, *(_tack_letter(tack) for tack in tacks))
    return Page(letters, tacks, full=len(messages) >= most or len(tacks) >= most)


def _tack(element: "_Element") -> TAck:
    return TAck(
        value="".join((element.text or "").split()),
        applies_to=element.get("AppliesTo", ""),
        result_major=element.get("ResultMajor", ""),
        result_minor=element.get("ResultMinor", ""),
        reference=element.get("Reference", ""),
    )


def _tack_letter(tack: TAck) -> Letter:
    return Letter(
        kind=LetterKind.TACK,
        name="",
        content=_decoded(tack.value),
        hash=tack.value,
        reference=tack.reference,
        input_reference=tack.input_reference,
        result_major=tack.result_major,
        applies_to=tack.applies_to,
    )


def _messages(answer: "_Element") -> Iterator[Letter]:
    left = LARGEST  # of all the letters of a page together, or each could be a bomb of its own
    for element in answer.iterfind(f"{G}MsgResponse"):
        detail = element.find(f"{G}Detail")
        if detail is None:  # nothing to read and no hash to confirm it by: only the raw page has it
            continue
        content = _content(detail, left)
        left = max(1, left - len(content))  # to the decompressor, none would mean no limit
        output = f"{G}CommonOutput/{C}"
        yield Letter(
            kind=LetterKind.MESSAGE,
            name=detail.get("MessageName", ""),
            content=content,
            hash=detail.get("HashValue") or hash_value(content),
            reference=(
                element.findtext(f"{output}OutputReference")
                or element.findtext(f"{output}NIPReference")
                or detail.get("Reference")
                or ""
            ),
            input_reference=element.findtext(f"{output}InputReference") or "",
        )


def _content(detail: "_Element", largest: int) -> bytes:
    """Return the business bytes; the bytes as they came when they cannot be inflated.

    Nor are they when they would be larger than `largest`.

    Then their hash is not the one they carry, and whoever takes the letter sets it aside.
    """
    blob = _decoded(detail.text or "")
    if detail.get("ContentEncoding", "deflate") != "deflate":
        return blob
    content = inflate(blob, largest)
    return blob if content is None else content


def _decoded(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except ValueError:
        return text.encode()
