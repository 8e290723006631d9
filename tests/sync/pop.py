"""A small POP3 server on a real socket (RFC 1939), which does what a test tells it."""

import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from socket import socket

from sync.mailbox import Door as MailDoor
from sync.mailbox import Patience
from tests.sync.transports.door import Door

ACCOUNT, PASSWORD = "papiers@kine.example", "rouge gorge 12"
PDF = b"%PDF-1.7 fabricated"
HURRY = Patience(5, 5, 5)


def mail(
    *attached: tuple[str, bytes], subject: str = "Vos papiers", text: str = "Bonjour,"
) -> bytes:
    """Write a mail with things attached to it, its lines ended as on the wire."""
    made = EmailMessage()
    made["From"], made["Subject"] = "cabinet@medecin.example", subject
    made.set_content(text)
    for name, content in attached:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes().replace(b"\n", b"\r\n")


@dataclass
class PopServer:
    """One mailbox. What is asked of it is in `asked`; the rest is how it misbehaves."""

    box: dict[str, bytes] = field(default_factory=dict)  # by the name a message has for ever
    shown: ssl.SSLContext | None = None
    refusal: bytes = b"-ERR [AUTH] no"
    answers: Mapping[bytes, bytes] = field(default_factory=dict)  # instead of its own, by command
    cut_after: int | None = None  # bytes of a message, then the line falls
    cut_only: str = ""  # name of the message `cut_after` is about; all of them when empty
    withheld: str = ""  # name of a message that is listed and not given
    sizes: Mapping[str, int] = field(default_factory=dict)  # said instead of the true ones
    asked: list[bytes] = field(default_factory=list)
    marked: set[str] = field(default_factory=set)  # to be deleted when leave is taken
    door: Door = field(init=False)
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.door = Door([self._serve])
        self.port = self.door.socket.getsockname()[1]

    @property
    def place(self) -> MailDoor:
        return MailDoor("127.0.0.1", self.port, self.shown is not None)

    def close(self) -> None:
        self.door.close()

    def commands(self) -> Sequence[bytes]:
        """What was asked, without what it was asked of."""
        return [line.split()[0] for line in self.asked]

    def _serve(self, connection: socket, _: Door) -> None:
        if self.shown is None:
            self._talk(connection)
            return
        with self.shown.wrap_socket(connection, server_side=True) as secure:
            self._talk(secure)

    def _talk(self, line: socket) -> None:
        self.marked.clear()
        line.sendall(self.answers.get(b"", b"+OK here\r\n"))
        with line.makefile("rb") as heard:
            for command in heard:
                self.asked.append(command.rstrip(b"\r\n"))
                answer = self._answer(*command.split(b" ", 1))
                if answer and command.startswith(b"QUIT"):
                    self.box = {n: raw for n, raw in self.box.items() if n not in self.marked}
                line.sendall(answer)
                if not answer or command.startswith(b"QUIT"):
                    return
                if command.startswith(b"RETR") and self._cuts(int(command[5:])):
                    return

    def _answer(self, word: bytes, rest: bytes = b"") -> bytes:
        word = word.strip()
        if word in self.answers:
            return self.answers[word]
        names = list(self.box)
        match word:
            case b"USER" | b"QUIT":
                return b"+OK\r\n"
            case b"DELE":
                self.marked.add(names[int(rest) - 1])
                return b"+OK\r\n"
            case b"PASS":
                good = rest.rstrip(b"\r\n").decode() == PASSWORD
                return b"+OK\r\n" if good else self.refusal + b"\r\n"
            case b"UIDL":
                return _lines(f"{n} {name}" for n, name in enumerate(names, 1))
            case b"LIST":
                said = [self.sizes.get(name, len(self.box[name])) for name in names]
                return _lines(f"{n} {size}" for n, size in enumerate(said, 1))
            case b"RETR" if names[int(rest) - 1] == self.withheld:
                return b"-ERR not this one\r\n"
            case b"RETR":
                return self._message(self.box[names[int(rest) - 1]], self._cuts(int(rest)))
        return b"-ERR what?\r\n"

    def _cuts(self, number: int) -> bool:
        chosen = self.cut_only in ("", list(self.box)[number - 1])
        return self.cut_after is not None and chosen

    def _message(self, raw: bytes, cut: bool) -> bytes:
        stuffed = b"".join(
            b"." + line if line.startswith(b".") else line for line in raw.splitlines(True)
        )
        whole = b"+OK\r\n" + stuffed + b"\r\n.\r\n"
        return whole[: self.cut_after] if cut else whole


def _lines(each: Iterable[str]) -> bytes:
    return "\r\n".join(["+OK", *each, ".", ""]).encode()
