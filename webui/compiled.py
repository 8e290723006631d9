"""Templates compiled once: kept beside their source as Python keeps its own, or made at each start.

Compiling the three templates of the first page takes longer than everything else it needs. What
every template knows is settled before the first is loaded, and looked up in one place.
"""

import logging
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from flask.templating import Environment
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


class Screens(Environment):
    """The environment of the screens.

    Jinja gives each template a chain of two mappings, and compares their keys name by name at
    every import of a macro: a third of the time a page takes.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give what a template knows without being told, as one plain mapping."""
        return {**self.globals, **(d or {})}
