"""The files of an emulated Belgian eID, signed by a fabricated register.

Source: `hardware.md` §2.2 (files, padding), §2.4 (contents), §2.5 (what is signed).
"""

import hashlib
from dataclasses import dataclass
from importlib import resources

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hardware.eid import EidFile
from hardware.eid_tlv import AddressTag, IdentityTag, encode_fields
from hardware.fake_ca import Authority, Register
from hardware.fake_person import Person

APPLET_17 = 0x17  # RSA, SHA-256
APPLET_18 = 0x18  # P-384, SHA-384

_STRUCTURE_VERSION = 0
_CHIP_NUMBER = 2
_ISSUED_AT = 5
_EC_SIGNATURE_FILE = 112  # bytes; the signature inside is 102–104
_ADDRESS_FILE = 117  # bytes, before 1.8
_NO_CERTIFICATE = bytes(2500)
_CERTIFICATE_PADDING = {APPLET_17: 50, APPLET_18: 1100}
_PHOTO_HASH = {APPLET_17: hashlib.sha256, APPLET_18: hashlib.sha384}


@dataclass(frozen=True, slots=True)
class Quirks:
    """What is odd about the files themselves."""

    wrong_identity_signature: bool = False
    wrong_address_signature: bool = False
    wrong_photo: bool = False
    no_certificates: bool = False
    sha1: bool = False  # signed as registers did until 2014 (RSA only)
    sha1_photo: bool = False  # the photo's hash is a SHA-1, whatever the signature
    encoding: str = "utf-8"  # of the texts; anything else is wrong
    identity_length: int | None = None  # zero-padded to so many bytes


def build_files(
    person: Person, authority: Authority, applet: int, key: ec.EllipticCurvePrivateKey, odd: Quirks
) -> dict[EidFile, bytes]:
    """Build every file of one person's card. `key`: the chip's own, whose public half is 4040."""
    register = authority.ec if applet == APPLET_18 else authority.rsa
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    photo = resources.files("hardware").joinpath("demo_ca", "silhouette.jpg").read_bytes()
    identity = _identity(person, applet, photo, public, odd)
    address = _address(person, odd.encoding)
    identity_signature = _signature(register, identity, odd.wrong_identity_signature, odd.sha1)
    files = {
        EidFile.IDENTITY: identity,
        EidFile.IDENTITY_SIGNATURE: identity_signature,
        EidFile.ADDRESS: address if applet == APPLET_18 else address.ljust(_ADDRESS_FILE, b"\0"),
        EidFile.ADDRESS_SIGNATURE: _signature(
            register,
            address.rstrip(b"\0") + identity_signature,
            odd.wrong_address_signature,
            odd.sha1,
        ),
        EidFile.PHOTO: photo + b"\0" if odd.wrong_photo else photo,
    }
    if applet == APPLET_18:
        files[EidFile.BASIC_KEY] = public
    return files | _certificates(authority, register, applet, odd.no_certificates)


def _identity(person: Person, applet: int, photo: bytes, public_key: bytes, odd: Quirks) -> bytes:
    texts = {
        IdentityTag.CARD_NUMBER: person.card_number,
        IdentityTag.VALID_FROM: f"{person.valid_from:%d.%m.%Y}",
        IdentityTag.VALID_TO: f"{person.valid_to:%d.%m.%Y}",
        _ISSUED_AT: person.municipality or "Bruxelles",
        IdentityTag.NISS: person.niss,
        IdentityTag.LAST_NAME: person.last_name,
        IdentityTag.FIRST_NAMES: person.first_names,
        IdentityTag.THIRD_INITIAL: person.third_initial,
        IdentityTag.NATIONALITY: person.nationality,
        IdentityTag.BIRTH_PLACE: person.birth_place,
        IdentityTag.BIRTH_DATE: person.printed_birth,
        IdentityTag.SEX: person.printed_sex,
        IdentityTag.DOCUMENT_TYPE: str(person.document_type),
    }
    values = {int(tag): text.encode(odd.encoding) for tag, text in texts.items()}
    values[_STRUCTURE_VERSION] = b"\1"
    values[_CHIP_NUMBER] = hashlib.md5(person.niss.encode(), usedforsecurity=False).digest()
    photo_hash = hashlib.sha1 if odd.sha1_photo else _PHOTO_HASH[applet]
    values[IdentityTag.PHOTO_HASH] = photo_hash(photo).digest()
    if applet == APPLET_18:
        values[IdentityTag.BASIC_KEY_HASH] = hashlib.sha384(public_key).digest()
    content = encode_fields(dict(sorted(values.items())))
    return content.ljust(odd.identity_length or 0, b"\0")


def _address(person: Person, encoding: str) -> bytes:
    """Build the address; somebody without one has a file of zeros."""
    texts = {
        AddressTag.STREET: person.street,
        AddressTag.POSTCODE: person.postcode,
        AddressTag.MUNICIPALITY: person.municipality,
    }
    if not any(texts.values()):
        return bytes(_ADDRESS_FILE)
    return encode_fields(
        {_STRUCTURE_VERSION: b"\1"}
        | {int(tag): text.encode(encoding) for tag, text in texts.items()}
    )


def _signature(register: Register, data: bytes, wrong: bool, sha1: bool) -> bytes:
    signature = register.sign(data + b"\1" if wrong else data, sha1=sha1)
    if isinstance(register.key, ec.EllipticCurvePrivateKey):
        return signature.ljust(_EC_SIGNATURE_FILE, b"\0")
    return signature


def _certificates(
    authority: Authority, register: Register, applet: int, absent: bool
) -> dict[EidFile, bytes]:
    """Build the certificate files; the citizen's own are zeros, as before activation."""
    padding = bytes(_CERTIFICATE_PADDING[applet])
    return {
        EidFile.AUTHENTICATION_CERTIFICATE: _NO_CERTIFICATE,
        EidFile.SIGNATURE_CERTIFICATE: _NO_CERTIFICATE,
        EidFile.CITIZEN_CA_CERTIFICATE: _NO_CERTIFICATE,
        EidFile.ROOT_CERTIFICATE: _NO_CERTIFICATE if absent else authority.root + padding,
        EidFile.RRN_CERTIFICATE: _NO_CERTIFICATE if absent else register.certificate + padding,
    }
