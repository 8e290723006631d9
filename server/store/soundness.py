"""Whether a practice file is whole: what a glance tells before it is used, and what a reading does.

`reliability-security.md` §5: `quick_check` in the background at each start, `integrity_check`
once a week. Only the number of faults leaves this module: their words may quote what is stored.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import apsw

from server.core.errors import DamagedPractice
from server.store import journal, watermark
from server.store.watermark import Mark

_STEPS = 20_000  # of the library's own machine between two looks at whether to stop
_CLEAR = b"SQLite format 3\0"
_SMALLEST_PAGE = 512


class Check(StrEnum):
    """How thoroughly a file is read."""

    QUICK = "quick"  # every page
    FULL = "full"  # every page, and every index against its table


def check_shape(path: Path) -> None:
    """Refuse, before opening it, a file that cannot be a practice; raise `DamagedPractice`.

    The library would take an empty file for a new practice and write into it.
    """
    if not path.exists():
        raise DamagedPractice(reason="missing")
    if path.stat().st_size == 0:
        raise DamagedPractice(reason="empty")
    with path.open("rb") as file:
        clear = file.read(len(_CLEAR)) == _CLEAR
    if clear:
        raise DamagedPractice(reason="foreign")
    if path.stat().st_size % _SMALLEST_PAGE:
        raise DamagedPractice(reason="cut")


def glance(db: apsw.Connection, mark: Mark | None, lineage: str) -> str:
    """Say why a file just opened must not be written to; "" when nothing shows at a glance.

    A file of another lineage than the mark's belongs to the life before a return.
    """
    if mark is not None and (mark.lineage != lineage or not watermark.holds(db, mark)):
        return "older"
    return ""


def faults(
    db: apsw.Connection, check: Check, mac_key: bytes, stop: Callable[[], bool]
) -> int | None:
    """Count what is broken in the pages and in the journal; None when asked to stop meanwhile."""
    pragma = "quick_check" if check is Check.QUICK else "integrity_check"
    db.set_progress_handler(stop, _STEPS)
    try:
        said = [str(row[0]) for row in db.execute(f"pragma main.{pragma}")]
        broken = sum(1 for _ in journal.flaws(db, mac_key))
    except apsw.InterruptError:
        return None
    except (apsw.CorruptError, apsw.NotADBError, apsw.IOError):
        return 1
    finally:
        db.set_progress_handler(None)
    return broken + len([words for words in said if words != "ok"])
