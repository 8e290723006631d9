"""How what waits is put into lots, and lots into files.

A lot holds documents of one kind, one sender, one recipient and one family (degraded sheets never
travel with the others [K]); a file holds lots of one recipient and sender.
`fr-sesam-vitale.md` §4; cases K1 to K3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from server.core.errors import InvalidValue
from server.core.teletransmission import DocumentKind, Family, Recipient

_KINDS = tuple(DocumentKind)  # FSE first: a DRE leaves after the FSE it goes with
_FAMILIES = tuple(Family)


class LotKey(NamedTuple):
    """What the documents of one lot share."""

    kind: DocumentKind
    sender: str  # billing number
    recipient: Recipient
    family: Family


@dataclass(frozen=True, slots=True)
class ToSend:
    """A signed document that waits for a lot."""

    id: str
    kind: DocumentKind
    family: Family
    sender: str
    recipient: Recipient

    @property
    def key(self) -> LotKey:
        """The lots it may travel in."""
        return LotKey(self.kind, self.sender, self.recipient, self.family)


@dataclass(frozen=True, slots=True)
class PlannedLot:
    """A lot to be made: the ids of its documents, in the order they were handed in."""

    key: LotKey
    documents: tuple[str, ...]


def planned(waiting: Iterable[ToSend], most: int) -> tuple[PlannedLot, ...]:
    """Put what waits into lots of at most so many documents (`Rulebook.lot_size`).

    FSE before DRE, then by sender and recipient, secured before degraded: the same documents give
    the same lots. Raises InvalidValue for a recipient of the other kind, or a lot of nothing.
    """
    if most < 1:
        raise InvalidValue(field="fr.lot.documents", reason="zero")
    found: dict[LotKey, list[str]] = {}
    for document in waiting:
        if document.recipient.kind is not document.kind:
            raise InvalidValue(field="recipient", reason="kind")
        found.setdefault(document.key, []).append(document.id)
    return tuple(
        PlannedLot(key, tuple(ids[start : start + most]))
        for key, ids in _in_order(found)
        for start in range(0, len(ids), most)
    )


def files(lots: Iterable[PlannedLot]) -> tuple[tuple[PlannedLot, ...], ...]:
    """Put the lots of one recipient and sender together, in the order of `planned`."""
    ordered = sorted(lots, key=lambda lot: _rank(lot.key))
    return tuple(tuple(group) for _, group in groupby(ordered, key=lambda lot: lot.key[:3]))


def _in_order(found: Mapping[LotKey, list[str]]) -> Iterable[tuple[LotKey, list[str]]]:
    return sorted(found.items(), key=lambda item: _rank(item[0]))


def _rank(key: LotKey) -> tuple[int, str, Recipient, int]:
    return _KINDS.index(key.kind), key.sender, key.recipient, _FAMILIES.index(key.family)
