"""The mailbox for papers: named by a person, one for a practice; its messages, each kept once."""

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
from ipaddress import ip_address

from server.core.errors import InvalidForm
from server.core.rights import Right
from server.services.desk import Desk, needs
from server.store import mail
from server.store import practice as practices
from server.store.mail import MailMessage, Opened

PORT = 995
"""POP3 over TLS (RFC 8314)."""

_KEY = "mailbox"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Which mailbox, how to come in, and whether it is read."""

    host: str = ""
    port: int = PORT
    account: str = ""
    password: str = field(default="", repr=False)
    tls: bool = True
    on: bool = False

    @property
    def name(self) -> str:
        """What tells it from others; messages are known by it and by their name in it."""
        return f"{self.account}@{self.host}:{self.port}"


@needs(Right.PATIENTS)
def named(desk: Desk) -> Mailbox:
    """Return the mailbox of the practice, for whoever reads it; none before somebody named one."""
    return Mailbox(**json.loads(practices.setting(desk.db, _KEY, "{}")))


@needs(Right.SETTINGS)
def name(desk: Desk, typed: Mapping[str, str]) -> None:
    """Read a mailbox from now on, or no longer; raise `InvalidForm`.

    Fields: `host`, `port`, `account`, `password`, `plain`, `on`. A password left empty stays as it
    was, for the same account of the same server alone: it is never told to another. A mailbox left
    with nothing typed is forgotten with its password.
    """
    before = Mailbox(**json.loads(practices.setting(desk.db, _KEY, "{}")))
    box = _read(typed, before, demo=desk.practice.demo)
    action = "practice.mailbox_named" if box.on else "practice.mailbox_left"
    facts = {"host": box.host, "port": box.port, "account": box.account, "tls": box.tls}
    with desk.deed(action, "practice", desk.practice.id, facts):
        practices.set_setting(desk.db, _KEY, json.dumps(asdict(box)), desk.user.id, desk.now)


@needs(Right.PATIENTS)
def known(desk: Desk, box: str) -> Set[str]:
    """Return the names of the messages of a mailbox that were kept, or left for their size."""
    return mail.names(desk.db, box)


@needs(Right.PATIENTS)
def keep(desk: Desk, box: str, uidl: str, content: bytes) -> str:
    """Keep a message as it came, before anybody takes it apart; return its id."""
    sha256 = hashlib.sha256(content).hexdigest()
    new = MailMessage(desk.new_id(), box, uidl, desk.now, sha256)
    with desk.deed("mail.received", "mail", new.id, {"sha256": sha256}) as seq:
        mail.add(desk.db, new, content, desk.device.id, seq)
    return new.id


@needs(Right.PATIENTS)
def closed(desk: Desk) -> Sequence[str]:
    """Return the messages that were kept and not taken apart yet, oldest first."""
    return mail.closed(desk.db)


@needs(Right.PATIENTS)
def raw(desk: Desk, key: str) -> bytes:
    """Return the bytes of a message for what takes it apart."""
    return mail.content(desk.db, key)


@needs(Right.PATIENTS)
def opened(desk: Desk, key: str, papers: int, known: int, kept_out: int) -> None:
    """Keep what was found in a message: from now on it was taken apart."""
    facts = {"papers": papers, "known": known, "left": kept_out}
    with desk.deed("mail.opened", "mail", key, facts) as seq:
        found = Opened(key, desk.now, papers, known, kept_out)
        mail.say(desk.db, found, desk.device.id, seq)


def _read(typed: Mapping[str, str], before: Mailbox, *, demo: bool) -> Mailbox:
    host, port, account = (typed.get(name, "").strip() for name in ("host", "port", "account"))
    on, plain = typed.get("on") == "1", typed.get("plain") == "1"
    password = typed.get("password", "")
    if not on and not (host or account or password):
        return Mailbox()
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
    box = Mailbox(host.lower(), number if port else PORT, account, password, not plain, on)
    if not password and (box.name, box.tls) == (before.name, before.tls):
        box = Mailbox(box.host, box.port, account, before.password, box.tls, on)
    faults = [(what, why) for what, why in _faults(box, demo=demo) if why]
    if faults:
        raise InvalidForm(faults=tuple(faults))
    return box


def _faults(box: Mailbox, *, demo: bool) -> Sequence[tuple[str, str]]:
    host = "shape" if not _is_host(box.host) else ""
    if not host and not box.tls and not (demo and _is_this_machine(box.host)):
        host = "clear"
    return (
        ("host", host if box.host else "missing"),
        ("port", "" if 0 < box.port < 65_536 else "shape"),
        ("account", _of_words(box.account)),
        ("password", _of_words(box.password)),
    )


def _of_words(text: str) -> str:
    """Say what is wrong with what is sent on a line of its own."""
    if not text:
        return "missing"
    return "" if text.isprintable() and len(text) <= _LONGEST else "shape"


def _is_host(text: str) -> bool:
    plain = all(c.isascii() and (c.isalnum() or c in ".:-") for c in text)
    return plain and len(text) <= _LONGEST and not text.startswith(("-", "."))


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
