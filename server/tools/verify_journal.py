"""Verify an exported Besace journal with nothing but Python: this one file, no product code.

    python3 verify_journal.py FOLDER [--key HEX] [--lang fr|nl|en]

FOLDER holds `manifest.json`, `heads.jsonl` and one `journal-….jsonl` per device. Each row carries
SHA-256 over its own facts and the hash of the row before it, so a row that was changed, removed or
moved shows, with its number. Signed heads (Ed25519, RFC 8032) say where the chain stood at the end
of each day, of each sealed lot and of this export. The public key lies in the manifest: compare it
with the one the practice wrote down elsewhere, or give that one with `--key`. Exit status: 0 every
row holds, 1 something does not, 2 the folder is no export.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = (
    "device", "seq", "at", "boot", "user", "entity", "entity_id", "action", "before_hash",
    "after_hash", "reason", "trust", "prev_hash", "right", "hash",
)  # fmt: skip
HEAD_NAMES = ("id", "device", "seq", "hash", "at", "why", "lot", "signature")
START = "0" * 64

SENTENCES = {
    "unreadable": (
        "{where}: la ligne n'est plus celle qui a été écrite.",
        "{where}: de regel is niet meer die welke geschreven werd.",
        "{where}: the line is no longer the one that was written.",
    ),
    "number": (
        "{where}: le numéro ou l'appareil ne suit pas; une ligne manque ou a été déplacée.",
        "{where}: nummer of toestel volgt niet; een regel ontbreekt of werd verplaatst.",
        "{where}: number or device does not follow; a row is missing or was moved.",
    ),
    "content": (
        "{where}: le contenu ne correspond pas à son empreinte; il a été modifié.",
        "{where}: de inhoud komt niet overeen met zijn vingerafdruk; hij werd gewijzigd.",
        "{where}: the content does not match its hash; it was changed.",
    ),
    "link": (
        "{where}: la ligne ne suit pas celle d'avant; l'une des deux a été modifiée.",
        "{where}: de regel volgt niet op de vorige; een van beide werd gewijzigd.",
        "{where}: the row does not follow the one before; one of the two was changed.",
    ),
    "cut": (
        "{where}: le journal s'arrête avant cette ligne, qui a pourtant été signée.",
        "{where}: het journaal stopt vóór deze regel, die nochtans getekend werd.",
        "{where}: the journal ends before this row, which was signed.",
    ),
    "head": (
        "{where}: la ligne n'est pas celle qui a été signée; la chaîne a été refaite.",
        "{where}: de regel is niet die welke getekend werd; de keten werd opnieuw gemaakt.",
        "{where}: the row is not the one that was signed; the chain was rebuilt.",
    ),
    "signature": (
        "{where}: la signature ne vient pas de la clé de ce cabinet.",
        "{where}: de handtekening komt niet van de sleutel van deze praktijk.",
        "{where}: the signature was not made by this practice's key.",
    ),
    "key": (
        "La clé publique de cet export n'est pas celle attendue.",
        "De publieke sleutel van deze export is niet de verwachte.",
        "The public key of this export is not the expected one.",
    ),
    "missing": (
        "{where}: le fichier manque.", "{where}: het bestand ontbreekt.",
        "{where}: the file is missing.",
    ),
    "no_export": (
        "Ce dossier ne contient pas d'export de journal lisible.",
        "Deze map bevat geen leesbare export van een journaal.",
        "This folder holds no readable export of a journal.",
    ),
    "row": ("{file}, ligne {n}", "{file}, regel {n}", "{file}, row {n}"),
    "well": (
        "{rows} lignes et {heads} signatures vérifiées: rien n'a été modifié."
        " Clé publique à comparer: {key}",
        "{rows} regels en {heads} handtekeningen nagekeken: niets werd gewijzigd."
        " Te vergelijken publieke sleutel: {key}",
        "{rows} rows and {heads} signatures verified: nothing was changed."
        " Public key to compare: {key}",
    ),
}  # fmt: skip
"""Each sentence in French, Dutch and English."""

Problem = tuple[str, str, int]
"""What is wrong (a key of `SENTENCES`), the file, and the number of the row in it (0: the file)."""


def dump(value: object) -> bytes:
    """Write JSON in the one form that is hashed and signed: no spaces, UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def read_line(raw: bytes, names: tuple[str, ...]) -> "dict[str, Any] | None":
    """Read one line; None unless it is, byte for byte, what the program writes."""
    try:
        found = json.loads(raw.decode("utf-8"))
        same = isinstance(found, dict) and tuple(found) == names and dump(found) == raw
    except (ValueError, RecursionError):  # bad UTF-8 and bad JSON are both of this family
        return None
    return found if same else None


def lines_of(path: Path) -> Iterator[bytes]:
    """Give the lines of a file without their end; one that does not end is marked as broken."""
    with path.open("rb") as file:
        for raw in file:
            yield raw[:-1] if raw.endswith(b"\n") else raw + b"\xff"


def hash_of(row: "dict[str, Any]") -> str:
    """Hash a row; one older than the column `right` was hashed without it."""
    facts = [row[name] for name in NAMES[:-1]]
    return hashlib.sha256(dump(facts if row["right"] is not None else facts[:-1])).hexdigest()


class Export:
    """One folder under examination; `problems` grows as it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.hashes: dict[tuple[str, int], str] = {}
        self.rows = 0
        self.files: dict[str, str] = {}
        raw = (folder / "manifest.json").read_bytes()
        self.manifest: dict[str, Any] = json.loads(raw)
        self.practice = str(self.manifest["practice"])
        self.public = str(self.manifest["public_key"])
        self.signature = str(self.manifest["signature"])
        self.devices: list[dict[str, Any]] = list(self.manifest["devices"])
        self.whole = dump(self.manifest) + b"\n" == raw

    def examine(self) -> list[Problem]:
        """Read everything; return every problem."""
        self._manifest()
        for device in self.devices:
            self.files[str(device["id"])] = str(device["file"])
            self._journal(device)
        self._heads(int(self.manifest["heads"]))
        return self.problems

    def _manifest(self) -> None:
        facts = {name: value for name, value in self.manifest.items() if name != "signature"}
        if not (self.whole and verify(self.public, dump(facts), self.signature)):
            self.problems.append(("signature", "manifest.json", 0))

    def _journal(self, device: "dict[str, Any]") -> None:
        name, previous, number = str(device["file"]), START, 0
        path = self.folder / Path(name).name
        if not path.exists():
            self.problems.append(("missing", name, 0))
            return
        for number, raw in enumerate(lines_of(path), start=1):
            previous = self._row(raw, name, str(device["id"]), number, previous)
        self.rows += number
        if number < int(device["rows"]):
            self.problems.append(("cut", name, number + 1))

    def _row(self, raw: bytes, name: str, device: str, number: int, previous: str) -> str:
        """Judge one row; return the hash the next one must name, "" when it cannot be told."""
        row = read_line(raw, NAMES)
        if row is None:
            self.problems.append(("unreadable", name, number))
            return ""
        self.hashes[device, number] = str(row["hash"])
        if (row["device"], row["seq"]) != (device, number):
            self.problems.append(("number", name, number))
        elif hash_of(row) != row["hash"]:
            self.problems.append(("content", name, number))
        elif previous and row["prev_hash"] != previous:
            self.problems.append(("link", name, number))
        return str(row["hash"])

    def _heads(self, wanted: int) -> None:
        path, number = self.folder / "heads.jsonl", 0
        if not path.exists():
            self.problems.append(("missing", path.name, 0))
            return
        for number, raw in enumerate(lines_of(path), start=1):
            self._head(read_line(raw, HEAD_NAMES), number)
        if number < wanted:
            self.problems.append(("cut", path.name, number + 1))

    def _head(self, head: "dict[str, Any] | None", number: int) -> None:
        if head is None:
            self.problems.append(("unreadable", "heads.jsonl", number))
            return
        facts = ["besace-journal-head", self.practice, *(head[name] for name in HEAD_NAMES[:-1])]
        if head["id"] != number:
            self.problems.append(("number", "heads.jsonl", number))
        elif not verify(self.public, dump(facts), str(head["signature"])):
            self.problems.append(("signature", "heads.jsonl", number))
        else:
            key = (str(head["device"]), int(head["seq"]))
            file = self.files.get(key[0], key[0])
            if key not in self.hashes:
                self.problems.append(("cut", file, key[1]))
            elif self.hashes[key] != head["hash"]:
                self.problems.append(("head", file, key[1]))


# --- Ed25519 (RFC 8032 §5.1), verification only -------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)  # noqa: E741 - the name RFC 8032 gives to this root of -1
Point = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, T = XY/Z."""


def recover_x(y: int, sign: int) -> "int | None":
    """Find x of a point from its y and the sign of x; None when there is no such point."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * I % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def decode(text: bytes) -> "Point | None":
    """Read a point from its 32 bytes; None when they are none."""
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def add(p: Point, q: Point) -> Point:
    """Add two points."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(times: int, point: Point) -> Point:
    """Add a point to itself so many times."""
    total: Point = (0, 1, 1, 0)
    while times:
        if times & 1:
            total = add(total, point)
        point, times = add(point, point), times >> 1
    return total


BASE = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def verify(public: str, text: bytes, signature: str) -> bool:
    """Say whether a signature (hexadecimal, 64 bytes) of a text was made with the key's owner."""
    try:
        key, sign = bytes.fromhex(public), bytes.fromhex(signature)
    except ValueError:
        return False
    plain = public == key.hex() and signature == sign.hex() and (len(key), len(sign)) == (32, 64)
    a, r = (decode(key), decode(sign[:32])) if plain else (None, None)
    s = int.from_bytes(sign[32:], "little")
    if a is None or r is None or BASE is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(sign[:32] + key + text).digest(), "little") % L
    left, right = multiply(s, BASE), add(r, multiply(h, a))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- the command --------------------------------------------------------------------------------


def say(language: int, sentence: str, **facts: object) -> None:
    """Print one sentence."""
    sys.stdout.write(SENTENCES[sentence][language].format(**facts) + "\n")


def main(words: "list[str] | None" = None) -> int:
    """Verify the folder named on the command line and say what was found."""
    parser = argparse.ArgumentParser(description="Verify an exported Besace journal.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", default="", help="the public key the practice wrote down")
    parser.add_argument("--lang", choices=("fr", "nl", "en"), default="fr")
    asked = parser.parse_args(words)
    language = ("fr", "nl", "en").index(asked.lang)
    try:
        export = Export(asked.folder)
        problems = export.examine()
    except (OSError, ValueError, KeyError, TypeError):
        say(language, "no_export")
        return 2
    wrong_key = bool(asked.key) and asked.key.lower() != export.public
    if wrong_key:
        say(language, "key")
    for what, file, number in problems:
        row = SENTENCES["row"][language].format(file=file, n=number)
        say(language, what, where=row if number else file)
    if problems or wrong_key:
        return 1
    say(language, "well", rows=export.rows, heads=export.manifest["heads"], key=export.public)
    return 0


if __name__ == "__main__":
    sys.exit(main())
