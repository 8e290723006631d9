"""Templates compiled once: kept beside their source as Python keeps its own, or made at each start.

Compiling the three templates of the first page takes longer than everything else it needs.
"""

import logging
import os
from pathlib import Path

from jinja2.bccache import Bucket, BytecodeCache

log = logging.getLogger(__name__)


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates in one folder; a source that changed is compiled again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what was kept; leave it empty when nothing, or nothing fitting, is."""
        try:
            with self._kept(bucket).open("rb") as kept:
                bucket.load_bytecode(kept)
        except OSError:
            return

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a bucket holds: written beside, then renamed, so that nobody reads half."""
        kept = self._kept(bucket)
        fresh = kept.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(exist_ok=True)
            with fresh.open("wb") as file:
                bucket.write_bytecode(file)
            fresh.replace(kept)
        except OSError:
            log.info("compiled templates cannot be kept beside their source")

    def _kept(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.jinja"
