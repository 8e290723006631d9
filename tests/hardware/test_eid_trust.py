"""How far a card is believed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import load_der_x509_certificate
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from hardware import fake_ca
from hardware.eid import EidFile
from hardware.eid_tlv import IdentityTag, fields, parse_identity
from hardware.eid_trust import SignedFiles, TrustAnchors, Verdict, cut_to_der, judge_card
from hardware.fake_ca import Authority, demo_authority, new_authority
from hardware.fake_eid import EidCard
from hardware.fake_eid_files import APPLET_17, APPLET_18, Quirks
from hardware.fake_person import Person
from hardware.ports import CardProblem
from server.core.cards import Proof

BOTH = pytest.mark.parametrize("applet", [APPLET_17, APPLET_18])


def _signed(card: EidCard) -> SignedFiles:
    files = card.files
    identity = files[EidFile.IDENTITY]
    return SignedFiles(
        identity=identity,
        identity_signature=files[EidFile.IDENTITY_SIGNATURE],
        address=files[EidFile.ADDRESS],
        address_signature=files[EidFile.ADDRESS_SIGNATURE],
        rrn_certificate=files[EidFile.RRN_CERTIFICATE],
        photo=files[EidFile.PHOTO],
        photo_hash=fields(identity)[IdentityTag.PHOTO_HASH],
    )


def _judge(files: SignedFiles, anchors: TrustAnchors, at: datetime) -> Verdict:
    return judge_card(files, parse_identity(files.identity), anchors, at)


@BOTH
def test_a_card_that_ends_in_a_loaded_root_is_verified(
    applet: int, ana: Person, state_authority: Authority, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana, applet, state_authority))
    assert _judge(files, anchors, noon) == Verdict(Proof.VERIFIED, None)


@BOTH
def test_a_demonstration_card_is_always_told_apart(
    applet: int, ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana, applet))
    assert _judge(files, anchors, noon) == Verdict(Proof.DEMO, CardProblem.DEMO_CARD)
    expired = _signed(EidCard(replace(ana, valid_to=date(2026, 3, 1)), applet))
    assert _judge(expired, anchors, noon) == Verdict(Proof.DEMO, CardProblem.EXPIRED)


def test_without_official_roots_a_good_card_is_not_shown_as_good(
    ana: Person, state_authority: Authority, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana, APPLET_18, state_authority))
    bare = TrustAnchors(demo=anchors.demo)
    assert _judge(files, bare, noon) == Verdict(Proof.UNVERIFIED, CardProblem.NO_ROOT)


def test_a_root_that_only_the_card_knows_proves_nothing(
    ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana, APPLET_18, new_authority("ANOTHER ROOT")))
    assert _judge(files, anchors, noon) == Verdict(Proof.UNVERIFIED, CardProblem.UNKNOWN_ROOT)


@pytest.mark.parametrize("name", ["BELGIUM STAND-IN ROOT", "BESACE DEMO ROOT"])
def test_a_root_that_borrows_a_known_name_is_a_forgery(
    name: str, ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana, APPLET_18, new_authority(name)))
    assert _judge(files, anchors, noon) == Verdict(Proof.FORGED, CardProblem.FORGED_CHAIN)


@BOTH
@pytest.mark.parametrize(
    ("quirks", "reason"),
    [
        (Quirks(wrong_identity_signature=True), CardProblem.FORGED_IDENTITY),
        (Quirks(wrong_address_signature=True), CardProblem.FORGED_ADDRESS),
        (Quirks(wrong_photo=True), CardProblem.FORGED_PHOTO),
    ],
)
def test_a_wrong_signature_or_photo_is_a_forgery(
    applet: int,
    quirks: Quirks,
    reason: CardProblem,
    ana: Person,
    anchors: TrustAnchors,
    noon: datetime,
) -> None:
    files = _signed(EidCard(ana, applet, quirks=quirks))
    assert _judge(files, anchors, noon) == Verdict(Proof.FORGED, reason)


def test_the_address_of_another_card_is_a_forgery(
    ana: Person, zoe: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    hers, other = _signed(EidCard(ana)), _signed(EidCard(zoe))
    mixed = replace(hers, address=other.address, address_signature=other.address_signature)
    assert _judge(mixed, anchors, noon).reason is CardProblem.FORGED_ADDRESS


def test_an_address_without_its_signature_is_a_forgery(
    ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = replace(_signed(EidCard(ana)), address_signature=b"")
    assert _judge(files, anchors, noon).reason is CardProblem.FORGED_ADDRESS


def test_a_card_with_no_address_file_at_all_is_judged_on_its_identity(
    ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = replace(_signed(EidCard(ana)), address=b"", address_signature=b"", photo=None)
    assert _judge(files, anchors, noon).proof is Proof.DEMO


@BOTH
def test_zero_padding_around_signed_files_changes_nothing(
    applet: int, ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana, applet))
    padded = replace(files, identity=files.identity + bytes(40), address=files.address + bytes(9))
    assert _judge(padded, anchors, noon).proof is Proof.DEMO


@pytest.mark.parametrize(
    ("begin", "end", "reason"),
    [
        (date(2016, 3, 1), date(2026, 3, 1), CardProblem.EXPIRED),
        (date(2026, 3, 3), date(2036, 3, 3), CardProblem.NOT_YET_VALID),
        (date(2026, 3, 2), date(2026, 3, 2), None),
    ],
)
def test_a_card_is_good_from_its_first_day_to_its_last(
    begin: date,
    end: date,
    reason: CardProblem | None,
    ana: Person,
    state_authority: Authority,
    anchors: TrustAnchors,
    noon: datetime,
) -> None:
    person = replace(ana, valid_from=begin, valid_to=end)
    verdict = _judge(_signed(EidCard(person, APPLET_18, state_authority)), anchors, noon)
    assert verdict == Verdict(Proof.EXPIRED if reason else Proof.VERIFIED, reason)


def test_an_expired_card_that_nobody_vouches_for_is_not_made_better(
    ana: Person, state_authority: Authority, noon: datetime
) -> None:
    person = replace(ana, valid_to=date(2026, 3, 1))
    verdict = _judge(_signed(EidCard(person, APPLET_18, state_authority)), TrustAnchors(), noon)
    assert verdict == Verdict(Proof.UNVERIFIED, CardProblem.EXPIRED)


def test_the_last_day_is_a_belgian_one(
    ana: Person, state_authority: Authority, anchors: TrustAnchors
) -> None:
    files = _signed(EidCard(replace(ana, valid_to=date(2026, 3, 2)), APPLET_18, state_authority))
    past_midnight_in_brussels = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert _judge(files, anchors, past_midnight_in_brussels).reason is CardProblem.EXPIRED


@pytest.mark.parametrize("days", [-400, 400])
def test_a_register_certificate_outside_its_dates_is_said(
    days: int, ana: Person, noon: datetime
) -> None:
    begin, end = noon - timedelta(days=100), noon + timedelta(days=100)
    other = new_authority("SHORT-LIVED ROOT", begin, end)
    files = _signed(EidCard(ana, APPLET_18, other))
    verdict = _judge(files, TrustAnchors(real=(other.root,)), noon + timedelta(days=days))
    assert verdict == Verdict(Proof.EXPIRED, CardProblem.CERTIFICATE_DATES)


def test_without_its_certificate_a_card_cannot_be_checked(
    ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana, quirks=Quirks(no_certificates=True)))
    assert _judge(files, anchors, noon) == Verdict(Proof.UNVERIFIED, CardProblem.NO_CERTIFICATE)


def test_a_certificate_that_is_not_one_is_a_forgery(
    ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = replace(_signed(EidCard(ana)), rrn_certificate=b"\x30\x03abc")
    assert _judge(files, anchors, noon).reason is CardProblem.FORGED_CHAIN


def test_a_register_key_of_an_unknown_kind_signs_nothing(
    ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    certificate = load_der_x509_certificate(demo_authority().ec.certificate)
    odd = fake_ca._issue(
        cast("ec.EllipticCurvePrivateKey", demo_authority().ec.key),
        certificate.issuer,
        cast("ec.EllipticCurvePublicKey", ed25519.Ed25519PrivateKey.generate().public_key()),
        certificate.subject,
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )
    files = replace(_signed(EidCard(ana)), rrn_certificate=odd)
    assert _judge(files, anchors, noon).reason is CardProblem.FORGED_IDENTITY


def test_a_register_key_of_no_known_algorithm_is_a_forgery(
    ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana))
    elliptic_key = bytes.fromhex("2A8648CE3D0201")
    odd = files.rrn_certificate.replace(elliptic_key, elliptic_key[:-1] + b"\x7e")
    assert odd != files.rrn_certificate
    verdict = _judge(replace(files, rrn_certificate=odd), anchors, noon)
    assert verdict == Verdict(Proof.FORGED, CardProblem.FORGED_CHAIN)


def test_cards_signed_with_sha1_by_older_registers_are_still_read(
    ana: Person, state_authority: Authority, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana, APPLET_17, state_authority))
    key = state_authority.rsa.key
    assert isinstance(key, rsa.RSAPrivateKey)

    def sign(data: bytes) -> bytes:
        return key.sign(data, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - as they did

    identity_signature = sign(files.identity)
    old = replace(
        files,
        identity_signature=identity_signature,
        address_signature=sign(files.address.rstrip(b"\0") + identity_signature),
    )
    assert _judge(old, anchors, noon).proof is Proof.VERIFIED


def test_a_root_that_cannot_be_opened_is_as_no_root(ana: Person, noon: datetime) -> None:
    files = _signed(EidCard(ana))
    verdict = _judge(files, TrustAnchors(real=(b"not a certificate",)), noon)
    assert verdict.proof is Proof.UNVERIFIED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_change_of_any_byte_of_a_signed_file_is_noticed(
    data: st.DataObject, ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana))
    name = data.draw(st.sampled_from(["identity", "address", "photo"]))
    content = bytearray(getattr(files, name))
    at = data.draw(st.integers(0, len(content.rstrip(b"\0")) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    identity = parse_identity(files.identity)
    changed = SignedFiles(
        identity=bytes(content) if name == "identity" else files.identity,
        identity_signature=files.identity_signature,
        address=bytes(content) if name == "address" else files.address,
        address_signature=files.address_signature,
        rrn_certificate=files.rrn_certificate,
        photo=bytes(content) if name == "photo" else files.photo,
        photo_hash=files.photo_hash,
    )
    assert judge_card(changed, identity, anchors, noon).proof is Proof.FORGED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 700), byte=st.integers(0, 255))
@example(at=8, byte=1)  # a version of certificate that does not exist
def test_a_change_of_any_signed_byte_of_the_certificate_is_noticed(
    at: int, byte: int, ana: Person, anchors: TrustAnchors, noon: datetime
) -> None:
    files = _signed(EidCard(ana))
    certificate = cut_to_der(files.rrn_certificate)
    signed = load_der_x509_certificate(certificate).tbs_certificate_bytes
    at = certificate.index(signed) + at % len(signed)
    assume(certificate[at] != byte)
    changed = certificate[:at] + bytes([byte]) + certificate[at + 1 :]
    verdict = _judge(replace(files, rrn_certificate=changed), anchors, noon)
    assert verdict.proof in (Proof.FORGED, Proof.UNVERIFIED)


@pytest.mark.parametrize("length", [0, 1, 5, 127, 128, 255, 256, 70000])
def test_a_der_value_is_cut_to_its_own_length(length: int) -> None:
    size = length.to_bytes(3, "big").lstrip(b"\0") or b"\0"
    header = bytes([length]) if length < 128 else bytes([0x80 | len(size)]) + size
    value = b"\x30" + header + b"\1" * length
    assert cut_to_der(value + bytes(1100)) == value
    assert cut_to_der(b"\x30") == b"\x30"
