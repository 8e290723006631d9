"""The box where the receipts and returns of France come, read by POP3 (`fr-sesam-vitale.md` §5).

Each message is kept as it came before anything of it is read, and is deleted there only once it
was stored and understood here. One that is cut off in the middle is kept as far as it came, is
never confirmed and stays there; those behind it come all the same (case K13).
"""

import base64
import ssl
from binascii import Error as NotBase64
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from hashlib import sha256

from server.core.mail import is_hostile
from server.core.outbox import Letter, LetterKind, MailBatch, Outcome, Verdict
from sync.mailbox import Door, Listed, MailRefused, MailTrouble, Patience, Session, visited
from sync.outbound import Connect, straight
from sync.ports import Keep
from sync.transports.exchange import verifying
from sync.transports.sesam_mail import reference_of
from sync.transports.wire import TooMuch

PAGE = 10
"""Letters of a page, those that stay not counted."""

MOST_CUTS = 5
"""Times a page is begun again because the line fell in a message."""

_MOST_OF_CUT = 1_000_000  # bytes kept of a message that has no end
_LONGEST_NAME = 200
_PATIENCE = Patience()
_VERDICTS: Mapping[MailTrouble, Verdict] = {
    MailTrouble.OFFLINE: Verdict.UNREACHABLE, MailTrouble.CERTIFICATE: Verdict.UNREACHABLE,
    MailTrouble.BUSY: Verdict.LATER, MailTrouble.CUT: Verdict.LATER,
    MailTrouble.WITHHELD: Verdict.LATER, MailTrouble.PASSWORD: Verdict.FAILED,
    MailTrouble.PROTOCOL: Verdict.FAILED,
}  # fmt: skip


@dataclass(slots=True)
class _Page:
    """A page being read."""

    most: int
    letters: dict[str, Letter] = field(default_factory=dict)  # by UIDL
    more: bool = False


class _Cut(Exception):
    """The line fell in a message, or was left there; the box is to be visited anew."""


class SesamMailbox:
    """A `Mailbox` of `sync.ports`. The hash of a letter is its UIDL, its name for ever (RFC 1939).

    One thread at a time reads it.
    """

    def __init__(
        self,
        door: Door,
        account: str,
        password: str,
        sender: str,
        *,
        tls: ssl.SSLContext | None = None,
        connect: Connect = straight,
        patience: Patience = _PATIENCE,
    ) -> None:
        """`sender` is our address: what answers it names a Message-ID of its domain."""
        self._door = door
        self._account = account
        self._password = password
        self._sender = sender
        self._tls = tls or verifying()
        self._connect = connect
        self._patience = patience
        self._staying = 0
        self._passed: set[str] = set()  # not given whole in this round: not asked for again in it
        self._kept: dict[str, str] = {}  # what was kept of each message, by UIDL

    def fetch(self, keep: Keep, staying: int | None = None) -> MailBatch:
        """Read a page, from the oldest message on; those that stay come again, before the others.

        A message is kept once for the bytes it has. Without any letter, the outcome says what
        kept the box from being read; with some, they come, and the rest another time.
        """
        if staying is None:
            self._passed.clear()
        else:
            self._staying = staying
        page = _Page(PAGE + self._staying)
        for _ in range(1 + MOST_CUTS):
            try:
                self._read(page, keep)
                break
            except _Cut:
                continue
            except MailRefused as refused:
                if not page.letters:
                    return MailBatch(_outcome(refused))
                break
        return MailBatch(Outcome(Verdict.DONE), tuple(page.letters.values()), page.more)

    def confirm(self, hashes: Sequence[str], tack_hashes: Sequence[str]) -> Outcome:
        """Delete exactly these messages; one that is no longer there was deleted before.

        Anything but DONE: they may still be there, and come again.
        """
        wanted = {*hashes, *tack_hashes}
        try:
            with self._visit() as session:
                for each in session.listed():
                    if each.uidl in wanted:
                        session.delete(each)
                session.finish()
        except MailRefused as refused:
            return _outcome(refused)
        return Outcome(Verdict.DONE)

    def _visit(self) -> AbstractContextManager[Session]:
        return visited(
            self._door, self._account, self._password, self._tls, self._connect, self._patience
        )

    def _read(self, page: _Page, keep: Keep) -> None:
        """Add letters to a page until it is full or the box is read; raises `_Cut`."""
        with self._visit() as session:
            listed = session.listed()
            self._forget_others({each.uidl for each in listed})
            for each in listed:
                if each.uidl in page.letters or each.uidl in self._passed:
                    continue
                if len(page.letters) == page.most:
                    page.more = True
                    return
                raw = self._fetched(session, each, keep)
                if raw is not None:
                    page.letters[each.uidl] = read_letter(raw, each.uidl, self._sender)

    def _fetched(self, session: Session, listed: Listed, keep: Keep) -> bytes | None:
        """Fetch a message and keep it; None when the server does not give it. Raises `_Cut`."""
        try:
            raw = session.fetch(listed)
        except (MailRefused, TooMuch) as lost:
            self._passed.add(listed.uidl)
            self._keep(listed.uidl, session.came[:_MOST_OF_CUT], keep)
            if isinstance(lost, MailRefused) and lost.trouble is MailTrouble.WITHHELD:
                return None
            raise _Cut from None
        self._keep(listed.uidl, raw, keep)
        return raw

    def _keep(self, uidl: str, raw: bytes, keep: Keep) -> None:
        """Keep what came of a message, unless these very bytes of it are kept."""
        digest = sha256(raw).hexdigest()
        if raw and self._kept.get(uidl) != digest:
            keep(raw)
            self._kept[uidl] = digest

    def _forget_others(self, there: Collection[str]) -> None:
        for uidl in self._kept.keys() - there:
            del self._kept[uidl]


def read_letter(raw: bytes, uidl: str, sender: str) -> Letter:
    """Take a message of the box apart, whatever its bytes: what is attached, and what it answers.

    A message without an attachment that can be decoded is its own content.
    """
    if is_hostile(raw):
        return Letter(LetterKind.MESSAGE, "", raw, uidl, "", "")
    try:
        return _taken_apart(raw, uidl, sender)
    except Exception:  # noqa: BLE001 - the parser raises all sorts at mails that are none
        return Letter(LetterKind.MESSAGE, "", raw, uidl, "", "")


def _taken_apart(raw: bytes, uidl: str, sender: str) -> Letter:
    mail = BytesParser(policy=compat32).parsebytes(raw)
    name, content = _attached(mail) or ("", raw)
    return Letter(
        LetterKind.MESSAGE, name, content, uidl, _word(mail.get("Message-ID", "")),
        reference_of(_word(mail.get("In-Reply-To", "")), sender),
    )  # fmt: skip


def _attached(mail: "Message[str, str]") -> tuple[str, bytes] | None:
    """Find the first attachment; None when there is none, or it cannot be decoded."""
    for part in mail.walk():
        name = part.get_filename() or ""
        if part.is_multipart() or not (name or part.get_content_disposition() == "attachment"):
            continue
        content = _decoded(part)
        return None if content is None else (_word(name), content)
    return None


def _decoded(part: "Message[str, str]") -> bytes | None:
    """Decode a part strictly: base64 that is damaged is not half an attachment."""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        try:
            return base64.b64decode("".join(str(part.get_payload()).split()), validate=True)
        except (NotBase64, ValueError):
            return None
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else None


def _word(text: object) -> str:
    return "".join(c for c in str(text) if c.isprintable()).strip()[:_LONGEST_NAME]


def _outcome(refused: MailRefused) -> Outcome:
    return Outcome(_VERDICTS[refused.trouble], str(refused.trouble))
