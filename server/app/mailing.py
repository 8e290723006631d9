"""The mailbox for papers beside an open practice: its mails are kept, then taken apart.

A mail is kept whole before anybody looks into it, once, and stays in the mailbox. What it holds of
papers lands on the table; what is left in it is said, with the reason.
"""

import logging
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence

from server.app.beside import MOST_SEEN, Beside, trace
from server.core.errors import KineError
from server.core.mail import LeftPart, LeftWhy, Letter, open_letter
from server.core.tray import Origin
from server.services import mailbox, tray
from server.services.cabinet import Cabinet
from server.services.mailbox import Mailbox
from sync.mailbox import MOST, Door, Listed, MailRefused, MailTrouble, Patience, Session, visited
from sync.outbound import Host, Outbound
from sync.transports.exchange import verifying
from sync.transports.wire import TooMuch
from webui.folder import Seen
from webui.mail import MailState

log = logging.getLogger(__name__)

ROUND_SECONDS = 600.0
MOST_A_ROUND = 50
"""Messages of one visit; the next visit follows at once."""

MOST_BEFORE = 200
"""Messages a mailbox may hold when it is first read: one with more is somebody's own."""

CHANGED, NOT_KEPT, MANY = "mail.changed", "mail.not_kept", "mail.many"


class Mailing(Beside[MailState]):
    """One background thread per open practice; it sleeps while no mailbox is read."""

    def __init__(
        self,
        cabinet: Cabinet,
        publish: Callable[[str, str], None],
        outbound: Outbound,
        told: Callable[[], None],
        pace: float = ROUND_SECONDS,
        trust: Callable[[], ssl.SSLContext] = verifying,
        patience: Patience | None = None,
    ) -> None:
        """`publish` tells what passes; `told` says that something lies on the table.

        `trust` gives whom a certificate is believed from: the system's authorities.
        """
        super().__init__("mailing", MailState(), lambda: publish(CHANGED, ""))
        self._cabinet = cabinet
        self._outbound = outbound
        self._told = told
        self._pace = pace
        self._trust = trust
        self._patience = patience or Patience()
        self._box = Mailbox()
        self._door: Host | None = None

    def start(self) -> None:
        """Begin to read the mailbox the practice named."""
        self._renew()
        if self._box.on:
            self._wanted.set()
        self._thread.start()

    def stop(self) -> None:
        """End; what was not kept is still in the mailbox, which is called no more."""
        super().stop()
        self._allow(None)

    def name(self, typed: Mapping[str, str]) -> None:
        """Read this mailbox from now on, or no longer; raise `InvalidForm`."""
        mailbox.name(self._cabinet.desk(), typed)
        self._renew()
        self._wanted.set()

    def read(self) -> None:
        """Read it now, also after a password that was refused."""
        self._note(trouble="", reading=self._box.on)
        self._wanted.set()

    def _renew(self) -> None:
        """Take the setting as it now is; what was said of the mailbox before is over."""
        box = mailbox.named(self._cabinet.desk())
        self._allow(Host(box.host, box.port, "mailbox") if box.on else None)
        with self._guard:
            self._box = box
            self._state = MailState(
                box.on, box.host, str(box.port), box.account, not box.tls, reading=box.on
            )

    def _allow(self, door: Host | None) -> None:
        """Let this door be called, and no longer the one before."""
        if door is not None:
            self._outbound.allow(door)
        if self._door is not None:
            self._outbound.forget(self._door)
        self._door = door

    def _pause(self) -> float | None:
        # A password that was refused is not tried again by itself: it would shut the account.
        waits = self._box.on and self._state.trouble != MailTrouble.PASSWORD
        return self._pace if waits else None

    def _turn(self) -> None:
        if self._box.on:
            self._look(self._box)

    def _look(self, box: Mailbox) -> None:
        self._note(reading=True, taken=0, known=0, left_out=0)
        try:
            self._open_kept()
            trouble = self._visit(box)
        except MailRefused as refused:
            log.info("the mailbox was not read: %s", refused.trouble)
            trouble = str(refused.trouble)
        except KineError as error:
            log.info("a mail was not kept: %s", error.code)
            trouble = NOT_KEPT
        except Exception as mistake:  # noqa: BLE001 - the next visit may go better
            trace(log, "the mailbox was left", mistake)
            trouble = NOT_KEPT
        if box == self._box:
            read = {} if trouble else {"read_at": self._cabinet.clock.now()}
            self._note(reading=False, trouble=trouble, **read)

    def _visit(self, box: Mailbox) -> str:
        door = Door(box.host, box.port, box.tls)
        with visited(
            door, box.account, box.password, self._trust(), self._outbound.connect, self._patience
        ) as session:
            known = mailbox.known(self._cabinet.desk(), box.name)
            new = _once(each for each in session.listed() if each.uidl not in known)
            if not known and len(new) > MOST_BEFORE:
                return MANY
            trouble = self._fetch_all(session, box, new[:MOST_A_ROUND])
        if len(new) > MOST_A_ROUND:
            self._wanted.set()
        return trouble

    def _fetch_all(self, session: Session, box: Mailbox, new: Sequence[Listed]) -> str:
        """Keep messages one by one; one that is withheld holds up no other."""
        trouble = ""
        for each in new:
            try:
                if not self._fetch(session, box, each):
                    break
            except MailRefused as refused:
                if refused.trouble != MailTrouble.WITHHELD:
                    raise
                trouble = str(refused.trouble)
        return trouble

    def _fetch(self, session: Session, box: Mailbox, listed: Listed) -> bool:
        """Keep one message and take it apart; False when this visit has to end."""
        raw, goes_on = b"", True
        if listed.size <= MOST:
            try:
                raw = session.fetch(listed)
            except TooMuch:  # its length was a lie: the rest of it is still under way
                self._wanted.set()
                goes_on = False
        if self._stopping or box != self._box:
            return False
        key = mailbox.keep(self._cabinet.desk(), box.name, listed.uidl, raw)
        if not raw:
            self._leave(key)
        else:
            self._open(key, raw)
        return goes_on

    def _open_kept(self) -> None:
        """Take apart what was kept and, for the machine stopped there, no more."""
        for key in mailbox.closed(self._cabinet.desk()):
            raw = mailbox.raw(self._cabinet.desk(), key)
            self._open(key, raw) if raw else self._leave(key)

    def _leave(self, key: str) -> None:
        """Say of a message that it is too large to be fetched."""
        mailbox.opened(self._cabinet.desk(), key, 0, 0, 1)
        self._say_left([LeftPart("", LeftWhy.SIZE)])

    def _open(self, key: str, raw: bytes) -> None:
        letter = open_letter(raw)
        known = self._take(letter)
        mailbox.opened(self._cabinet.desk(), key, len(letter.papers), known, len(letter.left))
        self._say_left(letter.left)

    def _take(self, letter: Letter) -> int:
        """Put the papers of a mail on the table; return how many had come before."""
        known = 0
        for paper in letter.papers:
            got = tray.receive(self._cabinet.desk(), paper.content, paper.name, Origin.MAIL)
            known += got.already
            self._say(paper.name, "already" if got.already else "taken", got.id)
            if got.already:
                self._note(known=self._state.known + 1)
            else:
                self._note(taken=self._state.taken + 1)
                self._told()
        return known

    def _say_left(self, left: Sequence[LeftPart]) -> None:
        for each in left:
            self._say(each.name, str(each.why))
        self._note(left_out=self._state.left_out + len(left))

    def _say(self, name: str, word: str, document: str = "") -> None:
        new = Seen(self._cabinet.clock.now(), name, word, document)
        self._note(seen=(new, *self._state.seen)[:MOST_SEEN])


def _once(listed: Iterable[Listed]) -> Sequence[Listed]:
    """Keep each message of a box once, whatever its server says."""
    return list({each.uidl: each for each in listed}.values())
