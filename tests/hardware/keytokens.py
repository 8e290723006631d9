"""Cards with keys for tests: a SoftHSM token behind a pin pad of paper (`pinpad.c`).

python -m tests.hardware.keytokens EID|CPS FOLDER      fills the token of a folder
"""

import atexit
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from hardware.fake_eid import EidCard
from hardware.fake_person import Person
from hardware.keycards import KeyCards
from hardware.ports import Answer
from server.core.cards import CardKind

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
CODE, OTHER_CODE = "2468", "1357"
READER = "Paper Pin Pad 00 00"
ROOT = Path(__file__).parents[2]
_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def activity(structure: str, identifier: str, sector: str) -> bytes:
    """One situation of exercise, as a CPS keeps it behind its code."""
    return _ber(0xEE, (0x84, structure), (0x85, identifier), (0x86, sector))


def _ber(tag: int, *parts: tuple[int, str]) -> bytes:
    body = b"".join(bytes([each, len(text)]) + text.encode("latin-1") for each, text in parts)
    return bytes([tag, len(body)]) + body


INFO = _ber(0xE0, (0x80, "899700000017"), (0x81, "LENOIR"), (0x82, "CAMILLE"), (0x83, "SM26"))
"""What a CPS tells anybody of its holder."""

ACTIVITIES = {
    "CPS_ACTIVITY_01_PS": activity("CABINET DE L'ECLUSE", "400000000099", "SA07"),
    "CPS_ACTIVITY_02_PS": activity("CENTRE FICTIF DU CANAL", "300000000077", "SA01"),
}


@dataclass
class KeyToken:
    """One token, its library, and what its holder types."""

    kind: CardKind
    folder: Path

    @property
    def library(self) -> Path:
        return self.folder / "libpinpad.so"

    def cards(self) -> KeyCards:
        return KeyCards(self.kind, self.library)

    def types(self, code: str) -> None:
        (self.folder / "typed").write_text(code)

    def has(self, name: str, *, here: bool = True) -> None:
        """Let a file be there or not: « pulled », « open », « crash »."""
        (self.folder / name).write_text("") if here else (self.folder / name).unlink()

    @property
    def tries(self) -> int:
        told = self.folder / "tries"
        return int(told.read_text()) if told.exists() else 3

    @tries.setter
    def tries(self, left: int) -> None:
        (self.folder / "tries").write_text(str(left))


class CountedCard(EidCard):
    """The card in the reader, whose own count of tries is that of its token."""

    def __init__(self, person: Person, token: KeyToken) -> None:
        super().__init__(person)
        self._token = token

    def send(self, apdu: bytes) -> Answer:
        self._tries = self._token.tries
        return super().send(apdu)


def make_token(kind: CardKind, folder: Path, reader: str = READER) -> KeyToken:
    """Make a token and the library that leads to it."""
    shutil.copytree(_model(kind), folder)
    (folder / "reader").write_text(reader)
    _conf(folder)
    return KeyToken(kind, folder)


@cache
def _model(kind: CardKind) -> Path:
    """Make the token all others of its kind are copies of."""
    folder = Path(mkdtemp(prefix="besace-token-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    env = {**os.environ, "SOFTHSM2_CONF": str(_conf(folder))}
    label = {CardKind.EID: "BELPIC", CardKind.CPS: "CPS3"}[kind]
    codes = ("--so-pin", "87654321", "--pin", CODE)
    _run("softhsm2-util", "--init-token", "--free", "--label", label, *codes, env=env)
    _run(sys.executable, "-m", "tests.hardware.keytokens", str(kind), env=env)
    source, library = Path(__file__).with_name("pinpad.c"), KeyToken(kind, folder).library
    made = ("gcc", "-shared", "-fPIC", "-w", f'-DBEHIND="{SOFTHSM}"', "-o", str(library))
    _run(*made, str(source), "-ldl", env=env)
    return folder


def _conf(folder: Path) -> Path:
    told = folder / "softhsm2.conf"
    told.write_text(f"directories.tokendir = {folder}/tokens\n")
    return told


def _run(*words: str, env: Mapping[str, str]) -> None:
    done = subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _certificate(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, name: str) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        subject, subject, key.public_key(), 1, _NOON, _NOON + timedelta(days=1)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _fill(kind: CardKind) -> None:
    """Put keys, certificates and data objects into the token; run in a process of its own."""
    import pkcs11

    token = next(iter(pkcs11.lib(str(SOFTHSM)).get_tokens(token_label=None)))
    with token.open(rw=True, user_pin=CODE) as session:
        if kind is CardKind.EID:
            pairs = {"Authentication": b"\x02", "Signature": b"\x03"}
            for label, key_id in pairs.items():
                _keep(session, ec.generate_private_key(ec.SECP384R1()), label, key_id)
            return
        for label, key_id in {"Signature": b"\x07\x10", "Authentification": b"\x07\x20"}.items():
            _keep(session, rsa.generate_private_key(65537, 2048), label, key_id)
        _keep_data(session, "CPS_INFO_PS", INFO, private=False)
        for label, value in ACTIVITIES.items():
            _keep_data(session, label, value, private=True)


def _keep_data(session: object, label: str, value: bytes, *, private: bool) -> None:
    from pkcs11 import Attribute, ObjectClass

    session.create_object({  # type: ignore[attr-defined]
        Attribute.CLASS: ObjectClass.DATA, Attribute.TOKEN: True, Attribute.PRIVATE: private,
        Attribute.LABEL: label, Attribute.VALUE: value,
    })  # fmt: skip


def _keep(
    session: object, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, label: str, key_id: bytes
) -> None:
    from pkcs11 import Attribute, CertificateType, ObjectClass
    from pkcs11.util.ec import decode_ec_private_key
    from pkcs11.util.rsa import decode_rsa_private_key

    own = {Attribute.TOKEN: True, Attribute.LABEL: label, Attribute.ID: key_id}
    secret = {**own, Attribute.PRIVATE: True, Attribute.SIGN: True}
    der = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )  # fmt: skip
    of_rsa = isinstance(key, rsa.RSAPrivateKey)
    parts = decode_rsa_private_key(der) if of_rsa else decode_ec_private_key(der)
    wanted = {**parts, **secret}
    session.create_object(wanted)  # type: ignore[attr-defined]
    session.create_object({  # type: ignore[attr-defined]
        **own, Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.PRIVATE: False,
        Attribute.CERTIFICATE_TYPE: CertificateType.X_509, Attribute.SUBJECT: b"0\x00",
        Attribute.VALUE: _certificate(key, label),
    })  # fmt: skip


if __name__ == "__main__":
    _fill(CardKind(sys.argv[1]))
