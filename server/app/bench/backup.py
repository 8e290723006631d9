"""How long a checked copy of a grown practice takes, and a rehearsal of the return (R6).

The limits are those of `reliability-security.md` §1: seconds of the wall, for 130 MB.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from server.app.bench.figure import Figure
from server.app.bench.seal_practice import found, open_copy
from server.services import backups
from server.services.cabinet import Cabinet
from server.services.desk import Desk
from server.services.vault import Vault
from server.store import post

MEGABYTES = 130
"""Size of the practice measured: about ten years of one kiné, answers of insurers included."""

_ANSWER = 16_384  # bytes of one raw answer
_COPY_SECONDS, _DRILL_SECONDS = 5.0, 30.0


def run() -> Sequence[Figure]:
    """Copy and rehearse once each; return their seconds beside the limits."""
    with TemporaryDirectory(prefix="besace-bench-") as scratch:
        folder = Path(scratch) / "cabinet"
        folder.mkdir(mode=0o700)
        found(folder, 7, 2)
        cabinet = open_copy(folder)
        try:
            _grow(cabinet)
            return _measured(cabinet.vault())
        finally:
            cabinet.lock()


def _measured(vault: Vault) -> Sequence[Figure]:
    began = perf_counter()
    made = backups.back_up(vault, "ASKED")
    copied = perf_counter()
    [tried] = backups.rehearse(vault)
    drilled = perf_counter()
    if not made.is_good or tried.verdict != "GOOD":
        raise RuntimeError("the copy did not come back")
    return (
        Figure("backup.copy_and_check", copied - began, _COPY_SECONDS, "lower", "s"),
        Figure("backup.drill", drilled - copied, _DRILL_SECONDS, "lower", "s"),
    )


def _grow(cabinet: Cabinet) -> None:
    """Fill the practice with raw answers, as the years do."""
    desk, draw = cabinet.desk(), Random(7)  # noqa: S311 - filling, not secrets
    for _ in range(MEGABYTES):
        _one_megabyte(desk, draw)


def _one_megabyte(desk: Desk, draw: Random) -> None:
    with desk.deed("post.kept", "mailbox", desk.device.id):
        for _ in range((1 << 20) // _ANSWER):
            raw = draw.randbytes(_ANSWER - 300)
            post.keep_raw(desk.db, None, raw, hashlib.sha256(raw).hexdigest(), desk.now)
