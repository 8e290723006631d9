"""Network scanners the practice typed the address of."""

from dataclasses import dataclass

import apsw

from server.store.rows import many


@dataclass(frozen=True, slots=True)
class NetworkScanner:
    """One scanner: where it answers, and the certificate (PEM) first seen of it, "" without TLS."""

    id: str
    address: str
    certificate: str


def add(db: apsw.Connection, scanner: NetworkScanner, device: str, seq: int) -> None:
    """Keep one more address."""
    db.execute(
        "insert into scanner values (?, ?, ?, ?, ?)",
        (scanner.id, device, seq, scanner.address, scanner.certificate),
    )


def believe(db: apsw.Connection, key: str, certificate: str) -> None:
    """Keep the certificate a scanner showed first; one that is kept stays."""
    db.execute(
        "update scanner set certificate = ? where id = ? and certificate = ''", (certificate, key)
    )


def forget(db: apsw.Connection, key: str) -> None:
    """Take an address away."""
    db.execute("delete from scanner where id = ?", (key,))


def every(db: apsw.Connection) -> list[NetworkScanner]:
    """Return the scanners, the first typed first."""
    return many(db, NetworkScanner, "select id, address, certificate from scanner order by seq, id")
