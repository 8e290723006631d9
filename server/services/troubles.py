"""What a disk or a file did to us, in the words of our own errors: the one place that says so.

A full, failing or read-only disk and a damaged page come up through the library of the store, or
through the system, wherever a file is touched. Whoever shows an error asks here first
(`reliability-security.md` §1 R4, R5).
"""

import errno
from collections.abc import Mapping

import apsw

from server.core.errors import DamagedPractice, DiskRefused, KineError

_STORE: Mapping[type[apsw.Error], str] = {
    apsw.FullError: "full",
    apsw.ReadOnlyError: "read_only",
    apsw.CantOpenError: "gone",
    apsw.IOError: "failing",
}
_SYSTEM: Mapping[int, str] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "read_only",
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
    errno.EIO: "failing",
    errno.ENODEV: "gone",
    errno.ESTALE: "gone",
}
_EXACTLY: Mapping[int, str] = {
    # The file shared by the threads cannot be made: in practice, for want of room.
    apsw.SQLITE_IOERR_SHMSIZE: "full",
    apsw.SQLITE_IOERR_SHMOPEN: "full",
    # All was written, and the disk did not say that it holds it: the next opening may find it.
    apsw.SQLITE_IOERR_FSYNC: "unsure",
    apsw.SQLITE_IOERR_DIR_FSYNC: "unsure",
}
_DAMAGE = (apsw.CorruptError, apsw.NotADBError)


def explained(error: BaseException) -> KineError | None:
    """Say in our own words what a disk or a damaged file did; None when it is something else.

    The transaction under way was undone by the store, and nothing of it was kept half.
    """
    if isinstance(error, KineError):
        return error
    if isinstance(error, apsw.SQLError) and isinstance(error.__context__, apsw.Error):
        # The store had already undone the transaction when we came to undo it.
        return explained(error.__context__)
    if isinstance(error, _DAMAGE):
        return DamagedPractice(reason="pages")
    reason = _SYSTEM.get(error.errno or 0) if isinstance(error, OSError) else _of_store(error)
    return DiskRefused(reason=reason) if reason else None


def _of_store(error: BaseException) -> str | None:
    exact = _EXACTLY.get(getattr(error, "extendedresult", 0))  # only errors of the store have one
    return exact or next((word for kind, word in _STORE.items() if isinstance(error, kind)), None)
