"""Fabricated conventions for the benchmark: as long and as mixed as real ones, nobody's."""

from collections.abc import Iterator

_TYPES = ("OC", "MU", "AC", "SP")
_DOMAINS = ("essai.rss.fr", "bench.rss.fr")
_MEMBER = 100_000_000


def line(rank: int) -> str:
    """Give the row of a rank: a caisse, one of its insurers, or an insurer with its DRE."""
    if rank % 10 < 3:
        return _caisse(rank)
    number, kind = _MEMBER + 7 * rank, _TYPES[rank % len(_TYPES)]
    return (
        f"C;0,1,2;;;;{number};MUTUELLE FABRIQUÉE {rank:06d};0;{kind};;T;;;0;M;1;0;0;;{kind};"
        f"{rank % 999:03d};{_DOMAINS[rank % 2]}"
    )


def body(rank: int) -> str:
    """Give regime, caisse and centre of the caisse of a rank, all digits."""
    return f"{rank // 10_000 % 100:02d}{rank // 10 % 1_000:03d}{rank % 10:d}000"


def _caisse(rank: int) -> str:
    """Give a row of unique management, with one of six shapes of criteria."""
    whole = body(rank)
    kept = 2 if rank % 2_000 == 0 else (5, 5, 5, 9, 6)[rank // 10 % 5]
    criterion = whole[:kept].ljust(9, "?")
    number = "" if rank % 4 else f"{_MEMBER + 7 * rank}"
    return f"I;;;;;{whole[:5]};CAISSE FABRIQUEE {rank:06d};0;RO;{criterion};T;{number};;1;;;;;;;;"


def table(rows: int) -> bytes:
    """Give a whole table, in the script of the tables of 2008."""
    return "".join(f"{line(rank)}\r\n" for rank in range(rows)).encode("latin-1")


def pieces(size: int) -> Iterator[bytes]:
    """Give a table of so many bytes, a thousand rows at a time: it never lies in memory whole."""
    sent, rank = 0, 0
    while sent < size:
        piece = "".join(f"{line(n)}\r\n" for n in range(rank, rank + 1_000)).encode("latin-1")
        yield piece
        sent, rank = sent + len(piece), rank + 1_000
