"""GenericAsync as the platform means it: post, get, confirm (`be-mycarenet.md` §9)."""

import base64
import hashlib
import hmac
import zlib
from dataclasses import dataclass
from datetime import timedelta

from server.simulators.mycarenet.case import Envelope
from server.simulators.mycarenet.clock import Clock
from server.simulators.mycarenet.config import Config, Duplicates
from server.simulators.mycarenet.desk import Desk
from server.simulators.mycarenet.insurers import union_of
from server.simulators.mycarenet.mailbox import Letter, Mailbox, Tack

SUCCESS = "urn:nip:tack:result:major:success"
FAILURE = "urn:nip:tack:result:major:failure"
_MESSAGE_NAME = "HCPFAC"


@dataclass(frozen=True, slots=True)
class Post:
    """A request to post: its envelope and its blob as it came."""

    envelope: Envelope
    blob: bytes
    encoding: str
    hash: str
    name: str


@dataclass(frozen=True, slots=True)
class Query:
    """A request to get: how many messages and TAcks at most (0 for none), under which names."""

    provider: str
    messages: int
    tacks: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a provider says it holds: hashes, references, TAck contents, TAck references."""

    provider: str
    hashes: tuple[str, ...]
    references: tuple[str, ...]
    tack_values: tuple[str, ...]
    tack_references: tuple[str, ...]


class TooSoon(Exception):
    """A get came before the interval had passed; says how many seconds are left."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Hub:
    """The three operations, on one mailbox; calls are serialised by its lock."""

    config: Config
    mailbox: Mailbox
    clock: Clock
    desk: Desk

    def post(self, post: Post) -> Tack:
        """Acknowledge a file and hand it to its insurer, once."""
        with self.mailbox.lock:
            envelope = post.envelope
            content = _content(post)
            sha256 = hashlib.sha256(content if content is not None else post.blob).hexdigest()
            given = self.mailbox.posted(envelope.provider, envelope.reference)
            reason = _objection(post, content) or self._repeat(given, sha256)
            known = given.get(sha256) if self.config.duplicates is Duplicates.SAME_TACK else None
            fresh = bool(reason) or known is None or known.major != SUCCESS
            tack = known if known and not fresh else _tack(post, reason, content)
            self.mailbox.count_post(envelope.provider, sha256, tack, fresh and not reason)
            if fresh:
                self._acknowledge(envelope, tack)
            if fresh and content is not None and not reason:
                self.desk.process(content, envelope)
            return tack

    def get(self, query: Query) -> tuple[list[Letter], list[Tack]]:
        """List what waits for a provider; raises `TooSoon` when it asks too often."""
        with self.mailbox.lock:
            now = self.clock.now()
            last = self.mailbox.polled(query.provider)
            left = timedelta(seconds=self.config.poll_seconds) - (now - last) if last else None
            if left and left > timedelta(0):
                raise TooSoon(max(1, round(left.total_seconds())))
            self.mailbox.note_poll(query.provider, now)
            return (
                self.mailbox.letters(query.provider, query.names, query.messages, now),
                self.mailbox.tacks(query.provider, query.tacks, now),
            )

    def confirm(self, done: Confirmation) -> None:
        """Take out of the mailbox what the provider holds; unknown values are left alone."""
        for table, column, values in (
            ("message", "hash", done.hashes),
            ("message", "id", [_number(value) for value in done.references]),
            ("tack", "value", done.tack_values),
            ("tack", "id", [_number(value) for value in done.tack_references]),
        ):
            self.mailbox.confirm(table, column, done.provider, values)

    def _repeat(self, given: dict[str, Tack], sha256: str) -> str:
        kept = {key: tack for key, tack in given.items() if tack.major == SUCCESS}
        if not kept or self.config.duplicates is Duplicates.PROCESS:
            return ""
        if sha256 not in kept:
            return "this reference was already used for other content"
        if self.config.duplicates is Duplicates.REFUSE:
            return "this reference was already used"
        return ""

    def _acknowledge(self, envelope: Envelope, tack: Tack) -> None:
        due = self.clock.now() + timedelta(seconds=self.config.delays.tack)
        self.mailbox.put_tack(envelope.provider, tack, due)


def _content(post: Post) -> bytes | None:
    """Decompress: raw deflate first, then zlib and gzip; nothing if it is none of them."""
    if post.encoding == "none":
        return post.blob
    for bits in (-15, 47):
        try:
            return zlib.decompress(post.blob, bits)
        except zlib.error:
            continue
    return None


def _objection(post: Post, content: bytes | None) -> str:
    if content is None:
        return "the content cannot be decompressed"
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    if post.hash and post.hash != digest:
        return "the hash value is not that of the content"
    if post.name != _MESSAGE_NAME:
        return "the message name is not known on this channel"
    if not union_of(post.envelope.insurer):
        return "the destination is not an insurer"
    return ""


def _tack(post: Post, reason: str, content: bytes | None) -> Tack:
    major = FAILURE if reason else SUCCESS
    value = hmac.new(major.encode(), content or post.blob, hashlib.sha256).digest()
    return Tack(0, post.envelope.reference, major, reason, base64.b64encode(value).decode())


def _number(reference: str) -> str:
    """Find the row behind one of our references, `urn:…:<number>`."""
    return reference.rpartition(":")[2]
