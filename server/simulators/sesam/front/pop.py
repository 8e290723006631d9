"""The POP3 door on loopback (RFC 1939): answers wait in the box of the address that sent.

A box is for one visitor at a time; what is marked is deleted when he takes leave, and only then.
"""

from collections.abc import Callable, Mapping
from threading import Lock

from server.simulators.sesam.front.boxes import Held
from server.simulators.sesam.front.desk import Desk
from server.simulators.sesam.front.door import LineDoor, Visit

_LONGEST_LINE = 512
_BUSY_SECONDS = 2.0  # a visitor who hung up is still leaving for a moment
_OK = b"+OK\r\n"


class PopDoor(LineDoor):
    """Serves the boxes of one desk until it is stopped."""

    def __init__(self, address: tuple[str, int], desk: Desk, password: str) -> None:
        """`password` opens every box. Raises OSError when the port is taken."""
        super().__init__(address, _Reader)
        self.desk = desk
        self.password = password
        self._boxes: dict[str, Lock] = {}
        self._listing = Lock()

    def lock_of(self, account: str) -> Lock:
        """Give the lock of a box."""
        with self._listing:
            return self._boxes.setdefault(account, Lock())


class _No(Exception):
    """A command is refused; the text is said."""


class _Reader(Visit):
    """One visitor."""

    server: PopDoor

    def setup(self) -> None:
        """Begin outside every box."""
        super().setup()
        self._account = ""
        self._lock: Lock | None = None
        self._held: tuple[Held, ...] = ()
        self._marked: set[int] = set()
        self._inside: Mapping[bytes, Callable[[bytes], bytes]] = {
            b"STAT": self._stat, b"UIDL": self._uidl, b"LIST": self._list, b"DELE": self._dele,
            b"RSET": self._rset, b"NOOP": lambda _: _OK,
        }  # fmt: skip

    def handle(self) -> None:
        """Answer until leave is taken, or the line falls."""
        self.wfile.write(b"+OK frontal simule\r\n")
        while line := self.rfile.readline(_LONGEST_LINE):
            word, _, rest = line.strip().partition(b" ")
            word = word.upper()
            if word == b"QUIT":
                self._quit()
                return
            try:
                if word == b"RETR" and self._lock is not None:
                    if self._retr(rest):
                        return
                    continue
                self.wfile.write(self._answer(word, rest))
            except _No as no:
                self.wfile.write(f"-ERR {no}\r\n".encode())

    def finish(self) -> None:
        """Let the next visitor in."""
        self._let_go()
        super().finish()

    def _answer(self, word: bytes, rest: bytes) -> bytes:
        if self._lock is not None and word in self._inside:
            return self._inside[word](rest)
        if word == b"USER" and self._lock is None:
            self._account = rest.decode("latin-1").lower()
            return _OK
        if word == b"PASS" and self._lock is None:
            return self._come_in(rest)
        raise _No("ici, pas cela")

    def _come_in(self, password: bytes) -> bytes:
        if not self._account or password.decode("latin-1") != self.server.password:
            raise _No("[AUTH] compte ou mot de passe")
        lock = self.server.lock_of(self._account)
        if not lock.acquire(timeout=_BUSY_SECONDS):
            raise _No("[IN-USE] un autre lit cette boîte")
        self._lock = lock
        self._held = self.server.desk.box(self._account)
        return _OK

    def _quit(self) -> None:
        """Delete what is marked, and say goodbye."""
        if self._lock is not None:
            gone = {self._held[number - 1].uidl for number in self._marked}
            self.server.desk.delete(self._account, gone)
        self._let_go()
        self.wfile.write(_OK)

    def _let_go(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _stat(self, _: bytes) -> bytes:
        there = self._there()
        return f"+OK {len(there)} {sum(len(each.raw) for each in there.values())}\r\n".encode()

    def _uidl(self, rest: bytes) -> bytes:
        return self._told(rest, lambda held: held.uidl)

    def _list(self, rest: bytes) -> bytes:
        return self._told(rest, lambda held: str(len(held.raw)))

    def _dele(self, rest: bytes) -> bytes:
        self._marked.add(self._number(rest))
        return _OK

    def _rset(self, _: bytes) -> bytes:
        self._marked.clear()
        return _OK

    def _retr(self, rest: bytes) -> bool:
        """Give a message; True when the line fell in the middle of it."""
        held = self._there()[self._number(rest)]
        body = b"".join(
            b"." + line if line.startswith(b".") else line
            for line in held.raw.splitlines(keepends=True)
        )
        if held.cut:
            self._let_go()
            self.wfile.write(_OK + body[: len(body) // 2])
            return True
        self.wfile.write(_OK + body + b".\r\n")
        return False

    def _told(self, rest: bytes, what: Callable[[Held], str]) -> bytes:
        """Tell one thing of one message, or of all of them."""
        if rest:
            number = self._number(rest)
            return f"+OK {number} {what(self._there()[number])}\r\n".encode()
        told = [f"{number} {what(held)}" for number, held in self._there().items()]
        return "\r\n".join(["+OK", *told, ".", ""]).encode()

    def _there(self) -> Mapping[int, Held]:
        """Give what is in the box and not marked, by number."""
        numbered = enumerate(self._held, 1)
        return {number: held for number, held in numbered if number not in self._marked}

    def _number(self, rest: bytes) -> int:
        number = int(rest) if rest.isdigit() else 0
        if number not in self._there():
            raise _No("pas ce message")
        return number
