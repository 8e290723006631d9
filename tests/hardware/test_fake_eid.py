"""The emulated card answers as the applet's manual says."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.eid import BELPIC_AID, PKCS15_AID, EidFile, guess_kind
from hardware.eid_tlv import IdentityTag, fields
from hardware.fake_eid import EidCard
from hardware.fake_eid_files import APPLET_17, APPLET_18
from hardware.fake_person import Person
from server.core.cards import CardKind

BOTH = pytest.mark.parametrize("applet", [APPLET_17, APPLET_18])
GOOD_PIN = "0020000108241234FFFFFFFFFF"
WRONG_PIN = "0020000108249999FFFFFFFFFF"
HASH = hashlib.sha384(b"challenge").digest()
SIGN = f"002A9E9A30{HASH.hex()}00"


@pytest.fixture
def card(ana: Person) -> EidCard:
    return EidCard(ana)


@pytest.fixture
def older(ana: Person) -> EidCard:
    return EidCard(ana, APPLET_17)


def _sw(card: EidCard, command: str) -> str:
    return f"{card.send(bytes.fromhex(command)).sw:04X}"


def _select(how: int, p2: int, target: bytes) -> str:
    return (bytes([0x00, 0xA4, how, p2, len(target)]) + target).hex()


@pytest.mark.parametrize("p2", [0x00, 0x0C])
@pytest.mark.parametrize("aid", [BELPIC_AID, PKCS15_AID])
def test_both_names_of_the_applet_are_known(card: EidCard, aid: bytes, p2: int) -> None:
    assert _sw(card, _select(0x04, p2, aid)) == "9000"
    assert _sw(card, _select(0x04, p2, aid[:-1])) == "6A82"


@pytest.mark.parametrize("path", ["3F00DF014031", "DF014031"])
def test_a_path_is_known_with_and_without_the_master_file(card: EidCard, path: str) -> None:
    assert _sw(card, _select(0x08, 0x0C, bytes.fromhex(path))) == "9000"
    assert _sw(card, "00B0000004") == "9000"


def test_a_file_is_reached_step_by_step(card: EidCard) -> None:
    for step in ("3F00", "DF01", "4031"):
        assert _sw(card, _select(0x02, 0x0C, bytes.fromhex(step))) == "9000"
    assert _sw(card, "00B0000004") == "9000"
    assert _sw(card, _select(0x02, 0x0C, bytes.fromhex("4033"))) == "9000"
    assert _sw(card, _select(0x02, 0x0C, bytes.fromhex("5038"))) == "6A82"  # of the other folder


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("00B0000004", "6986"),  # nothing selected
        ("00A4080C06DF0140", "6A87"),  # shorter than it says
        ("00A4080C", "6A87"),
        ("00A4010C023F00", "6A86"),
        ("00A4080A023F00", "6A86"),
        ("00A4080C04DF014099", "6A82"),
        ("00A400", "6700"),
        ("01A4080C", "6E00"),
        ("00FF0000", "6D00"),
        ("80E4000200", "6A86"),
        ("80E4010000", "6A86"),
        ("002241B4050480018483", "6A86"),
        ("002241B60504800185FF", "6A80"),
        ("002241B605048001848F", "6A88"),
        ("002A9E9A00", "6985"),
        ("002A000000", "6A86"),
        ("0088000000", "6A86"),
        ("0088028100", "6A80"),
    ],
)
def test_what_the_card_cannot_do_has_its_status(card: EidCard, command: str, sw: str) -> None:
    assert _sw(card, command) == sw


def test_reading_past_the_end_says_how_much_is_left_then_that_nothing_is(card: EidCard) -> None:
    content = card.files[EidFile.BASIC_KEY]
    card.send(bytes.fromhex("00A4080C04DF014040"))
    assert _sw(card, "00B0000000") == f"6C{len(content):02X}"
    assert _sw(card, "00B00000") == f"6C{len(content):02X}"
    assert _sw(card, f"00B0{len(content):04X}01") == "6B00"
    assert card.send(bytes.fromhex("00B0000205")) == (content[2:7], 0x9000)


def test_a_reset_loses_the_selection_and_the_pin(card: EidCard) -> None:
    card.send(bytes.fromhex("00A4080C04DF014040"))
    card.send(bytes.fromhex(GOOD_PIN))
    card.reset()
    assert _sw(card, "00B0000004") == "6986"
    assert _sw(card, "00200001") == "63C3"


@BOTH
def test_the_card_tells_its_applet_and_serial(ana: Person, applet: int) -> None:
    card = EidCard(ana, applet)
    data = card.send(bytes.fromhex("80E400001C")).data
    assert len(data) == 28
    assert data[21] == applet
    assert guess_kind(card.atr) is CardKind.EID
    assert _sw(card, "80E400011F") == ("9000" if applet == APPLET_18 else "6A86")


def test_unknown_first_bytes_tell_no_kind() -> None:
    assert guess_kind(b"") is guess_kind(bytes.fromhex("3B6500002063CB6800")) is None


def test_the_pin_locks_after_three_wrong_tries_and_asking_costs_none(card: EidCard) -> None:
    assert [_sw(card, "0020000100") for _ in range(5)] == ["63C3"] * 5
    assert [_sw(card, WRONG_PIN) for _ in range(3)] == ["63C2", "63C1", "6983"]
    assert _sw(card, GOOD_PIN) == "6983"
    assert _sw(card, "00200001") == "6983"
    assert card.send(bytes.fromhex("80E400011F")).data[28] == 0


def test_a_good_pin_gives_the_tries_back_until_log_off(card: EidCard) -> None:
    _sw(card, WRONG_PIN)
    assert _sw(card, GOOD_PIN) == "9000"
    assert _sw(card, "00200001") == "9000"
    assert _sw(card, "80E6000000") == "9000"
    assert _sw(card, "00200001") == "63C3"


def test_the_chip_proves_itself_with_the_key_whose_hash_is_signed(card: EidCard) -> None:
    key = load_der_public_key(card.files[EidFile.BASIC_KEY])
    assert isinstance(key, ec.EllipticCurvePublicKey)
    answer = card.send(bytes.fromhex(f"00880281329430{HASH.hex()}"))
    halves = (int.from_bytes(answer.data[at : at + 48], "big") for at in (0, 48))
    key.verify(encode_dss_signature(*halves), HASH, ec.ECDSA(Prehashed(hashes.SHA384())))
    signed = fields(card.files[EidFile.IDENTITY])[IdentityTag.BASIC_KEY_HASH]
    assert signed == hashlib.sha384(card.files[EidFile.BASIC_KEY]).digest()


def test_an_older_chip_has_no_key_to_prove_itself(older: EidCard) -> None:
    assert _sw(older, f"00880281329430{HASH.hex()}") == "6D00"
    assert _sw(older, "00A4080C04DF014040") == "6A82"


def test_the_signature_key_wants_the_pin_each_time(card: EidCard) -> None:
    assert _sw(card, "002241B6050480028483") == "9000"
    assert _sw(card, SIGN) == "6982"
    _sw(card, GOOD_PIN)
    assert _sw(card, SIGN) == "9000"
    assert _sw(card, SIGN) == "6982"


def test_the_authentication_key_keeps_the_pin(card: EidCard) -> None:
    _sw(card, "002241B6050480028482")
    _sw(card, GOOD_PIN)
    assert [_sw(card, SIGN) for _ in range(2)] == ["9000", "9000"]


def test_an_older_card_signs_with_rsa(older: EidCard) -> None:
    _sw(older, "002241B6050480088482")
    _sw(older, GOOD_PIN)
    digest = hashlib.sha256(b"challenge").hexdigest()
    assert len(older.send(bytes.fromhex(f"002A9E9A20{digest}")).data) == 256
    assert _sw(older, SIGN) == "6A80"


def test_a_hash_of_another_length_or_an_unknown_algorithm_is_refused(card: EidCard) -> None:
    _sw(card, "002241B6050480018482")
    _sw(card, GOOD_PIN)
    assert _sw(card, SIGN) == "6A80"
    _sw(card, "002241B6050480778482")
    assert _sw(card, SIGN) == "6A80"


def test_the_same_person_has_the_same_card_each_time(ana: Person) -> None:
    assert EidCard(ana).files[EidFile.IDENTITY] == EidCard(ana).files[EidFile.IDENTITY]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(commands=st.lists(st.binary(max_size=60), max_size=5))
def test_no_command_makes_the_card_fail(card: EidCard, commands: list[bytes]) -> None:
    for command in commands:
        assert 0x6100 <= card.send(command).sw <= 0x9000
