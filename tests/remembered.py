"""What thousands of tests would work out anew, worked out once a process.

They give what they gave before, for the same words: nothing a test looks at changes.
"""

import functools
from collections.abc import Callable
from typing import Any

import argon2.low_level
from werkzeug.routing import Rule

from server.services import reference_files

_Builder = Callable[..., tuple[str, str]]
_BUILDERS: dict[tuple[object, ...], _Builder] = {}


def remember_keys() -> None:
    """Stretch each passphrase once: the same words and salt give the same key."""
    stretch = argon2.low_level.hash_secret_raw
    if not hasattr(stretch, "cache_info"):
        argon2.low_level.hash_secret_raw = functools.cache(stretch)


def remember_routes() -> None:
    """Write the code that builds an address once: each test has an application of its own."""
    write: Any = Rule._compile_builder
    if write.__name__ == "remembered":
        return

    def remembered(rule: Any, append_unknown: bool = True) -> _Builder:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in _BUILDERS:
            _BUILDERS[key] = write(rule, append_unknown)
        return _BUILDERS[key]

    Rule._compile_builder = remembered  # type: ignore[assignment]


def remember_tables() -> None:
    """Digest each reference file once: for thousands of practices that open the same one."""
    digest = reference_files.file_sha256
    if not hasattr(digest, "cache_info"):
        reference_files.file_sha256 = functools.cache(digest)
