"""An emulated Belgian eID: it answers the commands of the applet, 1.7 and 1.8, byte for byte.

Source: `hardware.md` §2.1–2.3 and §2.8.
"""

import hashlib
from collections.abc import Callable
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hardware.apdu import Ins, Status
from hardware.eid import BELPIC_AID, PKCS15_AID, EidFile
from hardware.fake_ca import Authority, demo_authority
from hardware.fake_eid_files import APPLET_18, Quirks, build_files
from hardware.fake_eid_keys import AUTHENTICATION_KEY, SIGNATURE_KEY, ec_sign, rsa_sign
from hardware.fake_person import Person
from hardware.ports import Answer

PIN = "1234"  # of every demonstration card

_ATR = {
    True: bytes.fromhex("3B7F96000080318065B085040120120FFF829000"),
    False: bytes.fromhex("3B9813400AA503010101AD1311"),
}
_MASTER = b"\x3f\x00"
_FOLDERS = frozenset((b"\xdf\x00", b"\xdf\x01"))
_TRIES = 3
_SHA384 = 0x02
_ORDINARY = Quirks()
_FILES = {file.value: file for file in EidFile}


class EidCard:
    """The card of a fabricated person; nothing is selected, no PIN given, after a reset."""

    def __init__(
        self,
        person: Person,
        applet: int = APPLET_18,
        authority: Authority | None = None,
        quirks: Quirks = _ORDINARY,
    ) -> None:
        self._applet = applet
        self._basic_key = _chip_key(person.niss)
        trusted = authority or demo_authority()
        self.files = build_files(person, trusted, applet, self._basic_key, quirks)
        self._serial = hashlib.sha256(person.niss.encode()).digest()[:16]
        self._tries = _TRIES
        self.reset()

    @property
    def atr(self) -> bytes:
        """The first bytes a card of that age says."""
        return _ATR[self._applet == APPLET_18]

    def reset(self) -> None:
        """Lose selection and PIN state; tries already lost stay lost."""
        self._folder = _MASTER
        self._file: EidFile | None = None
        self._verified = False
        self._environment: tuple[int, int] | None = None  # algorithm, key

    def send(self, apdu: bytes) -> Answer:
        """Answer one command, as the applet's manual says."""
        if len(apdu) < 4:
            return _status(Status.WRONG_LENGTH)
        if apdu[0] not in (0x00, 0x80):
            return _status(Status.CLA_NOT_SUPPORTED)
        command = self._commands().get((apdu[0], apdu[1]))
        return command(apdu) if command else _status(Status.INS_NOT_SUPPORTED)

    def _commands(self) -> dict[tuple[int, int], Callable[[bytes], Answer]]:
        commands = {
            (0x00, Ins.SELECT): self._select,
            (0x00, Ins.READ_BINARY): self._read_binary,
            (0x00, Ins.VERIFY): self._verify,
            (0x00, Ins.MANAGE_SECURITY_ENVIRONMENT): self._set_environment,
            (0x00, Ins.PERFORM_SECURITY_OPERATION): self._sign,
            (0x80, Ins.GET_CARD_DATA): self._card_data,
            (0x80, Ins.LOG_OFF): self._log_off,
        }
        if self._applet == APPLET_18:
            commands[0x00, Ins.INTERNAL_AUTHENTICATE] = self._prove_chip
        return {(cla, int(ins)): command for (cla, ins), command in commands.items()}

    def _select(self, apdu: bytes) -> Answer:
        """Select the applet by name, a file by path (with or without 3F00) or by its short id."""
        how, p2, target = apdu[2], apdu[3], _data(apdu)
        if p2 not in (0x00, 0x0C) or how not in (0x02, 0x04, 0x08):
            return _status(Status.INCORRECT_P1_P2)
        if len(apdu) < 5 or len(target) != apdu[4]:
            return _status(Status.LC_INCONSISTENT)
        if how == 0x04:
            known = target in (BELPIC_AID, PKCS15_AID)
            return _status(Status.OK if known else Status.FILE_NOT_FOUND)
        if how == 0x08:
            return self._go_to(_MASTER + target.removeprefix(_MASTER))
        return self._go_to(self._path_of(target))

    def _path_of(self, short: bytes) -> bytes:
        """Give the full path of a folder, or of a file in the present folder."""
        if short == _MASTER:
            return _MASTER
        return _MASTER + short if short in _FOLDERS else self._folder + short

    def _go_to(self, path: bytes) -> Answer:
        if path in _FILES and _FILES[path] in self.files:
            self._folder, self._file = path[:4], _FILES[path]
        elif path == _MASTER or path[2:] in _FOLDERS:
            self._folder, self._file = path, None
        else:
            return _status(Status.FILE_NOT_FOUND)
        return _status(Status.OK)

    def _read_binary(self, apdu: bytes) -> Answer:
        """Read from an offset; asking for more than is left is answered 6Cxx."""
        if self._file is None:
            return _status(Status.NO_CURRENT_FILE)
        content, offset = self.files[self._file], apdu[2] << 8 | apdu[3]
        wanted = (apdu[4] if len(apdu) > 4 else 0) or 256
        left = len(content) - offset
        if left <= 0:
            return _status(Status.WRONG_OFFSET)
        if left < wanted:
            return _status(0x6C00 | left)
        return Answer(content[offset : offset + wanted], Status.OK)

    def _card_data(self, apdu: bytes) -> Answer:
        """Give serial, versions and life cycle; with P2 = 01 (1.8) the PIN tries left too."""
        p2 = apdu[3]
        if apdu[2] or p2 > (self._applet == APPLET_18):
            return _status(Status.INCORRECT_P1_P2)
        versions = bytes([0xA5, 0x03, 0x01, 0x01, 0x01, self._applet, 0x00, 0x02, 0x01, 0, 0, 0x0F])
        tries = bytes([self._tries, _TRIES, _TRIES]) if p2 else b""
        return Answer(self._serial + versions + tries, Status.OK)

    def _verify(self, apdu: bytes) -> Answer:
        """Check the PIN; without data, say the state and cost no try."""
        given = _data(apdu)
        if not given:
            return _status(Status.OK) if self._verified else self._tries_left()
        if not self._tries:
            return _status(Status.AUTHENTICATION_BLOCKED)
        self._verified = given == _pin_block(PIN)
        self._tries = _TRIES if self._verified else self._tries - 1
        return _status(Status.OK) if self._verified else self._tries_left()

    def _tries_left(self) -> Answer:
        left = self._tries
        return _status(0x63C0 | left if left else Status.AUTHENTICATION_BLOCKED)

    def _set_environment(self, apdu: bytes) -> Answer:
        """Choose algorithm and key for the next signatures."""
        data = _data(apdu)
        if apdu[2:4] != b"\x41\xb6":
            return _status(Status.INCORRECT_P1_P2)
        if len(data) != 5 or data[:2] != b"\x04\x80" or data[3] != 0x84:
            return _status(Status.WRONG_DATA)
        if data[4] not in (AUTHENTICATION_KEY, SIGNATURE_KEY):
            return _status(Status.REFERENCE_NOT_FOUND)
        self._environment = data[2], data[4]
        return _status(Status.OK)

    def _sign(self, apdu: bytes) -> Answer:
        """Sign a hash; the signature key wants the PIN again each time."""
        if apdu[2:4] != b"\x9e\x9a":
            return _status(Status.INCORRECT_P1_P2)
        if self._environment is None:
            return _status(Status.CONDITIONS_NOT_SATISFIED)
        if not self._verified:
            return _status(Status.SECURITY_NOT_SATISFIED)
        algorithm, key = self._environment
        self._verified = key != SIGNATURE_KEY
        if self._applet == APPLET_18:
            signature = ec_sign(self._basic_key, algorithm, _data(apdu))
        else:
            signature = rsa_sign(_citizen_rsa_key(), algorithm, _data(apdu))
        return Answer(signature, Status.OK) if signature else _status(Status.WRONG_DATA)

    def _prove_chip(self, apdu: bytes) -> Answer:
        """Sign a challenge with the chip's own key: a copy of the files could not."""
        data = _data(apdu)
        if apdu[2:4] != b"\x02\x81":
            return _status(Status.INCORRECT_P1_P2)
        if len(data) != 50 or data[:2] != b"\x94\x30":
            return _status(Status.WRONG_DATA)
        return Answer(ec_sign(self._basic_key, _SHA384, data[2:]), Status.OK)

    def _log_off(self, _apdu: bytes) -> Answer:
        self._verified = False
        return _status(Status.OK)


def _status(sw: int) -> Answer:
    return Answer(b"", sw)


def _data(apdu: bytes) -> bytes:
    """Give the data of a command, without its expected length."""
    return apdu[5 : 5 + apdu[4]] if len(apdu) > 5 else b""


def _pin_block(pin: str) -> bytes:
    """Pack a PIN: 2n, digits, F to eight bytes."""
    return bytes.fromhex(f"2{len(pin):X}{pin}".ljust(16, "F"))


def _chip_key(niss: str) -> ec.EllipticCurvePrivateKey:
    """Derive the chip's key from the person, so that the same card comes back each time."""
    seed = int.from_bytes(hashlib.sha256(b"besace demo chip " + niss.encode()).digest(), "big")
    return ec.derive_private_key(seed, ec.SECP384R1())


@cache
def _citizen_rsa_key() -> rsa.RSAPrivateKey:
    """Make the citizen's RSA key, the first time an older card is asked to sign."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
