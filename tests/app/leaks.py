"""Looking for people where they must not be: on disk, behind open files, around a process.

What is looked for is spelled in every way a program might write it by accident. Compressed or
encrypted bytes are opaque to this search; that is why the files of a day are a closed list.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

_SHORTEST = 6  # bytes; anything shorter is found everywhere by chance


@dataclass
class Search:
    """What must be found nowhere: words of people (in any case), and bytes as they are."""

    words: Iterable[str]
    blobs: Mapping[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._folded: dict[bytes, str] = {}
        self._exact: dict[bytes, str] = {}
        for word in self.words:
            for spelled in spellings(word):
                if len(spelled) >= _SHORTEST:
                    self._folded[spelled.lower()] = word
            for case in {word, word.upper(), word.lower()}:
                for encoded in wrapped(case.encode()):
                    self._exact[encoded] = word
        for name, blob in self.blobs.items():
            for spelled in (blob, blob.hex().encode(), blob.hex().upper().encode(), *wrapped(blob)):
                self._exact[spelled] = name

    def named_in(self, content: bytes) -> set[str]:
        """The words and blobs some bytes hold."""
        folded = content.lower()
        found = {word for spelled, word in self._folded.items() if spelled in folded}
        return found | {name for spelled, name in self._exact.items() if spelled in content}


def spellings(word: str) -> Iterator[bytes]:
    """A word as text files, Windows, old programs, JSON and addresses write it."""
    for case in {word, word.upper(), word.lower()}:  # folding bytes leaves É and é apart
        yield case.encode()
        yield case.encode("utf-16-le")
        yield case.encode("utf-16-be")
        yield case.encode("latin-1", "replace")
        yield case.encode("unicode_escape")
        yield json.dumps(case).strip('"').encode()
        yield quote(case).encode()
    digits = re.sub(r"\D", "", word)
    if len(digits) == 11:
        yield f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}-{digits[6:9]}.{digits[9:]}".encode()
        yield f"{digits[:6]} {digits[6:9]} {digits[9:]}".encode()


def wrapped(plain: bytes) -> Iterator[bytes]:
    """Bytes as base64 shows them wherever they begin; the edges that depend on neighbours cut."""
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * before + plain).rstrip(b"=")
            cut = text[(0, 2, 3)[before] : -2]
            if len(cut) >= _SHORTEST:
                yield cut


def files_under(*roots: Path) -> Iterator[Path]:
    """Every regular file below some folders, links not followed."""
    for root in roots:
        for path in root.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path


def leaks_on_disk(search: Search, paths: Iterable[Path]) -> list[str]:
    """Name each file that holds, or is named by, what is looked for."""
    found = []
    for path in paths:
        try:
            held = search.named_in(path.read_bytes() + b"\n" + str(path).encode())
        except FileNotFoundError:  # gone between the listing and the look
            continue
        found += [f"{path.name}: {word}" for word in sorted(held)]
    return found


def open_files(pid: int | str = "self") -> Iterator[tuple[str, bytes]]:
    """What stands behind each open file of a process: deleted and nameless ones too."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = str(link.readlink())
            if name.startswith("/") and link.stat().st_mode & 0o170000 == 0o100000:
                yield name, link.read_bytes()
        except OSError:  # closed meanwhile, or not readable at all
            continue


def around(pid: int | str = "self") -> Iterator[tuple[str, bytes]]:
    """What anybody may read of a process: its command line, its environment, its name."""
    for name in ("cmdline", "environ", "comm"):
        yield name, Path(f"/proc/{pid}/{name}").read_bytes()


def leaks_of_process(search: Search, pid: int | str = "self") -> list[str]:
    """Name each open file, and each public fact of a process, that holds what is looked for."""
    return [
        f"{name}: {word}"
        for name, content in (*open_files(pid), *around(pid))
        for word in sorted(search.named_in(content + b"\n" + name.encode()))
    ]
