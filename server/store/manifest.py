"""What lies beside a copy of a practice: what it is, of what moment, and what it must add up to.

Names nobody: identifiers, digests and counts only. Signed by the practice (`store.signing`), so
that a manifest written by another hand shows (`reliability-security.md` §5).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from server.core.errors import DamagedPractice
from server.store import durable, signing
from server.store.signing import Signer

FORMAT = 1
NAME = "manifest.json"
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts of one copy."""

    id: str
    practice: str  # id of the practice row
    lineage: str
    at: datetime  # aware UTC
    cause: str
    app: str  # version of the program that made it
    schema: int
    database: str  # sha-256 of the encrypted copy, hex
    size: int  # of the encrypted copy, in bytes
    keys: str  # sha-256 of the key file
    reference: str  # sha-256 of the reference file
    rows: Mapping[str, int]  # table → number of rows
    heads: Mapping[str, tuple[int, str]]  # device → last journal row and its hash
    wrapped: Mapping[str, str]  # the copy's own key, wrapped by the practice's: nonce, key (hex)
    public: str = ""  # of the practice's signing key, hex
    signature: str = ""

    def signed(self, by: Signer) -> "Manifest":
        """Return the same, signed."""
        bare = Manifest(**{**self._fields(), "public": by.public.hex(), "signature": ""})
        return Manifest(**{**bare._fields(), "signature": by.sign(bare.content()).hex()})

    def content(self) -> bytes:
        """Give what is signed: everything but the signature, in one canonical form."""
        facts = {**asdict(self), "format": FORMAT, "at": self.at.isoformat()}
        del facts["signature"]
        return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()

    @property
    def is_genuine(self) -> bool:
        """Whether the signature is that of the public key named; whose key it is, is not said."""
        try:
            public, signature = bytes.fromhex(self.public), bytes.fromhex(self.signature)
        except ValueError:
            return False
        return signing.is_signed_by(public, self.content(), signature)

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def write(folder: Path, manifest: Manifest) -> None:
    """Write a manifest into the folder of its copy; its bytes are durable."""
    facts = {**json.loads(manifest.content()), "signature": manifest.signature}
    durable.put(folder / NAME, json.dumps(facts, indent=1, sort_keys=True).encode())


def read(folder: Path) -> Manifest:
    """Read the manifest of a copy; raise `DamagedPractice` when it is not one of ours, signed."""
    path = folder / NAME
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError(path.name)
        found = json.loads(path.read_bytes())
        if found.pop("format") != FORMAT:
            raise ValueError(path.name)
        heads = {device: (int(seq), str(h)) for device, (seq, h) in found["heads"].items()}
        at = datetime.fromisoformat(found["at"])
        if at.tzinfo is None:
            raise ValueError(path.name)
        manifest = Manifest(**{**found, "at": at, "heads": heads})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise DamagedPractice(reason="backup_manifest") from None
    if not manifest.is_genuine:
        raise DamagedPractice(reason="backup_signature")
    return manifest
