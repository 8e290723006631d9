"""Requests and answers of the online services: our writer, our reader, and the judge's own."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.core.online import FORMAT, Envelope, OnlineService, follow_up, open_envelope
from server.countries.france.online import (
    PARTS,
    Contract,
    GivenAmount,
    GivenCommitment,
    GivenConvention,
    GivenCover,
    GivenRights,
    Insured,
    InvoiceLine,
    Request,
    asked_lines,
    read_given,
    write_request,
)
from server.countries.france.rights import Kind
from server.simulators.sesam.online.answers import Mood, answer, unknown
from server.simulators.sesam.online.judge import read

REFERENCE = "01JTESTREFERENCE0000000001"
MARCHAND = Insured("2610575999901", "19610514", 1)
TI_DOUE = Contract("0799900010", "OC", "", "A0099")
ASKED = Request(
    OnlineService.ADRI, REFERENCE, "297000010", date(2026, 3, 10), MARCHAND, TI_DOUE, "052",
    (InvoiceLine("TST 8.10", 1790, 1074),), 716,
)  # fmt: skip

_DIGITS = st.text("0123456789", min_size=10, max_size=10)
_UP_TO = st.integers(0, 10**7)
_CENTS = st.integers(0, 10**8 - 1)
REQUESTS = st.builds(
    Request,
    service=st.sampled_from(OnlineService),
    reference=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26),
    sender=_DIGITS.map(lambda digits: digits[:9]),
    day=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    insured=st.builds(
        Insured,
        nir=st.from_regex(r"[1-478][0-9]{4}([0-9]{2}|2A|2B)[0-9]{6}", fullmatch=True),
        birth=_DIGITS.map(lambda digits: digits[:8]),
        rank=st.integers(1, 9),
    ),
    contract=st.builds(
        Contract, number=_DIGITS, type=st.sampled_from(["", "OC", "MU", "AC", "RC", "SP"]),
        criterion=st.text("ABC0123", max_size=15), member=st.text("ABC0123", max_size=20),
    ),
    formula=st.sampled_from(["", "052", "02A"]),
    lines=st.lists(
        st.builds(
            lambda code, amo, left: InvoiceLine(code, amo + left, amo),
            st.sampled_from(["TST 8.10", "IFS", "IK"]), _UP_TO, _UP_TO,
        ),
        min_size=1, max_size=20,
    ).map(tuple),
    cents=_CENTS,
)  # fmt: skip


@given(REQUESTS)
def test_whatever_we_write_the_other_side_reads(request: Request) -> None:
    body = write_request(request)
    asked = read(body, request.service.lower())
    assert (asked.reference, asked.day) == (request.reference, request.day.isoformat())
    assert set(asked.told) == {
        "format", "service", "reference", "emetteur", "date_soins",
        *(name for name, _ in PARTS[request.service]),
    }  # fmt: skip
    assert write_request(request) == body
    if request.service in (OnlineService.AMOUNT, OnlineService.COMMITMENT):
        assert asked_lines(body) == request.lines
    opened = open_envelope(answer(asked, body, Mood()))
    assert opened and opened.reference == request.reference and opened.simulated


@pytest.mark.parametrize("service", OnlineService)
def test_a_part_that_is_missing_is_named(service: OnlineService) -> None:
    bare = Request(service, REFERENCE, "297000010", date(2026, 3, 10))
    with pytest.raises(InvalidValue):
        write_request(bare)


def test_no_service_is_told_more_than_it_needs() -> None:
    def told(service: OnlineService) -> str:
        return write_request(replace(ASKED, service=service)).decode()

    assert MARCHAND.nir not in told(OnlineService.CONVENTION) + told(OnlineService.AMOUNT)
    assert "TST" not in told(OnlineService.ADRI) + told(OnlineService.COVER)
    assert "A0099" not in told(OnlineService.ADRI)


def given_to(service: OnlineService, **mood: Any) -> Envelope:
    body = write_request(replace(ASKED, service=service))
    opened = open_envelope(answer(read(body, service.lower()), body, Mood(**mood)))
    assert opened
    return opened


def test_each_answer_is_read_as_what_it_gives() -> None:
    rights = read_given(given_to(OnlineService.ADRI))
    assert isinstance(rights, GivenRights) and rights.organism == "012910000"
    assert [each.kind for each in rights.rights] == [Kind.AMO, Kind.ALD]
    assert read_given(given_to(OnlineService.CONVENTION)) == GivenConvention(
        "0799900010", "Mutuelle Ti Doué", "OC", ("052", "050")
    )
    cover = read_given(given_to(OnlineService.COVER))
    assert cover == GivenCover(date(2026, 1, 1), date(2027, 12, 31))
    assert isinstance(cover, GivenCover) and cover.covers(ASKED.day)
    assert not cover.covers(date(2028, 1, 1)) and GivenCover(None, None).covers(ASKED.day)
    assert read_given(given_to(OnlineService.AMOUNT)) == GivenAmount(716)
    held = read_given(given_to(OnlineService.COMMITMENT))
    assert isinstance(held, GivenCommitment) and (held.cents, held.number[:1]) == (716, "T")


def test_a_refusal_says_why_and_gives_nothing() -> None:
    opened = given_to(OnlineService.ADRI, refusal="SERVICE_FERME")
    assert (opened.given, opened.reason, opened.content) == (False, "SERVICE_FERME", {})


def test_a_reference_never_seen_is_told_as_such() -> None:
    assert json.loads(follow_up(REFERENCE))["reference"] == REFERENCE
    opened = open_envelope(unknown(REFERENCE))
    assert opened and opened.unknown and opened.reference == REFERENCE


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff", b"[]", b"{}", b"null", b"[" * 100_000, b'{"format": "FR-T1"}',
        b'{"format": "FR-T1", "service": "SUIVI", "reference": "x", "connu": true}',
        b'{"format": "FR-T1", "service": "SUIVI", "reference": "x", "connu": 0}',
    ],
)  # fmt: skip
def test_what_is_no_answer_is_not_opened(raw: bytes) -> None:
    assert open_envelope(raw) is None


_GOOD: Mapping[str, object] = {
    "format": FORMAT, "service": "ADRI", "reference": REFERENCE, "empreinte": "0" * 64,
    "simule": True, "issue": "OK", "motif": "", "rendu": {},
}  # fmt: skip


@pytest.mark.parametrize("name", _GOOD)
def test_an_envelope_lacks_nothing(name: str) -> None:
    assert open_envelope(json.dumps(_GOOD).encode())
    for other in ({k: v for k, v in _GOOD.items() if k != name}, {**_GOOD, name: 7}):
        assert open_envelope(json.dumps(other).encode()) is None


PERIOD = {"du": "2026-01-01", "au": ""}


@pytest.mark.parametrize(
    ("service", "content"),
    [
        ("AUTRE", {}), ("SUIVI", {}),
        ("ADRI", {}), ("ADRI", {"organisme": "01291000", "periodes": [PERIOD], "situations": []}),
        ("ADRI", {"organisme": "012910000", "periodes": [], "situations": []}),
        ("ADRI", {"organisme": "012910000", "periodes": [PERIOD] * 51, "situations": []}),
        ("ADRI", {"organisme": "012910000", "periodes": 3, "situations": []}),
        ("ADRI", {"organisme": "012910000", "periodes": [PERIOD], "situations": [{"genre": "X"}]}),
        ("ADRI", {"organisme": 12910000, "periodes": [PERIOD], "situations": []}),
        ("CONVENTION", {"signataire": "1", "libelle": "x" * 81, "type": "OC", "formules": []}),
        ("CONVENTION", {"signataire": "1", "libelle": "x\n", "type": "OC", "formules": []}),
        ("DROITS", {"du": "2026-02-30", "au": ""}), ("DROITS", {"du": None, "au": ""}),
        ("MONTANT", {"montant": -1}), ("MONTANT", {"montant": 7.16}),
        ("MONTANT", {"montant": True}),
        ("ENGAGEMENT", {"numero": "", "montant": 716, "valable": ""}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_not_read(service: str, content: dict[str, Any]) -> None:
    assert read_given(Envelope(service, REFERENCE, "", True, True, "", content)) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3)
    | st.dictionaries(st.sampled_from(["du", "au", "montant", "organisme", "periodes",
                                       "situations", "genre", "code", "numero"]), inside),
    max_leaves=8,
)  # fmt: skip


@given(st.sampled_from([*OnlineService, "AUTRE"]), st.dictionaries(st.text(max_size=9), _JSON))
def test_no_content_whatever_is_more_than_not_read(service: str, content: dict[str, Any]) -> None:
    read_given(Envelope(service, REFERENCE, "", True, True, "", content))
