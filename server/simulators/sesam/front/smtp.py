"""The SMTP door on loopback (RFC 5321): a mail of one receiver is judged before it is answered."""

import re
from enum import StrEnum
from threading import Lock

from server.simulators.doors import hang_up
from server.simulators.sesam.front.desk import Desk
from server.simulators.sesam.front.door import LineDoor, Visit

_LONGEST_COMMAND = 512
_LONGEST_LINE = 1000
_MOST_BYTES = 12_000_000
_PATH = re.compile(r"(?i)(?:FROM|TO):<([!-~]+@[!-~]+)>")


class Break(StrEnum):
    """Where the line of the next mail breaks."""

    BEFORE = "before"  # the mail was read and forgotten
    AFTER = "after"  # it was taken, and nobody hears it


class SmtpDoor(LineDoor):
    """Serves one desk until it is stopped."""

    def __init__(self, address: tuple[str, int], desk: Desk) -> None:
        """Listen; raise OSError when the port is taken."""
        super().__init__(address, _Call)
        self.desk = desk
        self._breaks: list[Break] = []
        self._breaking = Lock()

    def break_next(self, *breaks: Break) -> None:
        """Break the lines of the next mails, each as told."""
        with self._breaking:
            self._breaks.extend(breaks)

    def breaks(self) -> Break | None:
        """Say whether the line of this mail breaks, and where."""
        with self._breaking:
            return self._breaks.pop(0) if self._breaks else None


class _Broken(Exception):
    """The line is to fall."""


class _Call(Visit):
    """One caller."""

    server: SmtpDoor

    def setup(self) -> None:
        """Begin without a greeting, a sender and a receiver."""
        super().setup()
        self._greeted = False
        self._sender = self._recipient = ""

    def handle(self) -> None:
        """Answer until leave is taken, or the line falls."""
        self.say("220 frontal.simule ESMTP simulateur, non homologue")
        while line := self.rfile.readline(_LONGEST_COMMAND + 1):
            if len(line) > _LONGEST_COMMAND or not line.endswith(b"\r\n"):
                self.say("500 5.5.2 ligne illisible")
                return
            word, _, rest = line.decode("latin-1").strip().partition(" ")
            if word.upper() == "QUIT":
                self.say("221 2.0.0 au revoir")
                return
            try:
                self.say(self._answer(word.upper(), rest))
            except _Broken:
                hang_up(self.connection)
                return

    def _answer(self, word: str, rest: str) -> str:
        match word:
            case "EHLO" | "HELO" if rest:
                self._greeted = True
                self._forget()
                return "250 frontal.simule"
            case "MAIL" if self._greeted and not self._sender:
                return self._from(rest)
            case "RCPT" if self._sender:
                return self._to(rest)
            case "DATA" if self._recipient and not rest:
                return self._take()
            case "RSET" | "NOOP":
                if word == "RSET":
                    self._forget()
                return "250 2.0.0 OK"
            case "EHLO" | "HELO" | "MAIL" | "RCPT" | "DATA":
                return "503 5.5.1 pas maintenant"
            case _:
                return "502 5.5.1 commande inconnue"

    def _from(self, rest: str) -> str:
        found = _PATH.match(rest)
        if not found:
            return "501 5.1.7 expediteur illisible"
        self._sender = found[1]
        return "250 2.1.0 OK"

    def _to(self, rest: str) -> str:
        found = _PATH.match(rest)
        if not found:
            return "501 5.1.3 destinataire illisible"
        if self._recipient:
            return "452 4.5.3 un destinataire par message"
        self._recipient = found[1]
        return "250 2.1.5 OK"

    def _take(self) -> str:
        """Read a message and judge it; raises `_Broken`."""
        self.say("354 a vous")
        raw, fault = self._read()
        sender, recipient = self._sender, self._recipient
        self._forget()
        broken = self.server.breaks()
        if broken is Break.BEFORE:
            raise _Broken
        said = fault or self.server.desk.receive(raw, sender, recipient)
        if broken is Break.AFTER:
            raise _Broken
        return said

    def _read(self) -> tuple[bytes, str]:
        """Read a message to its point, and say what is wrong with its lines; raises `_Broken`."""
        body, fault = bytearray(), ""
        while (line := self.rfile.readline(_LONGEST_LINE + 1)) != b".\r\n":
            if not line:
                raise _Broken
            if len(line) > _LONGEST_LINE or not line.endswith(b"\r\n"):
                fault = "500 5.6.0 ligne trop longue ou mal finie"
            elif len(body) > _MOST_BYTES:
                fault = "552 5.3.4 message trop grand"
            else:
                body += line[1:] if line.startswith(b".") else line
        return bytes(body), fault

    def _forget(self) -> None:
        self._sender = self._recipient = ""
