"""The simulated online services of France: strict, seeded, and the same for the same reference."""

import json
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.simulators.sesam.online.answers import Mood, answer
from server.simulators.sesam.online.books import contracts, people
from server.simulators.sesam.online.desk import Desk
from server.simulators.sesam.online.faults import DRAWN, Fault, Faults, Kind, faults_of_file
from server.simulators.sesam.online.judge import Malformed, read
from server.simulators.sesam.online.service import Config, Running, serve

REFERENCE = "01JTESTREFERENCE0000000001"
MARCHAND = {"nir": "2610575999901", "naissance": "19610514", "rang": 1}
TI_DOUE = {"numero": "0799900010", "type": "OC", "csr": "", "adherent": "A0099"}
SESSION = {"formule": "052", "lignes": [{"acte": "TST 8.10", "total": 1790, "amo": 1074}]}
PARTS: Mapping[str, Mapping[str, object]] = {
    "ADRI": {"assure": MARCHAND},
    "CONVENTION": {"amc": TI_DOUE},
    "DROITS": {"assure": MARCHAND, "amc": TI_DOUE},
    "MONTANT": {"amc": TI_DOUE, "facture": SESSION},
    "ENGAGEMENT": {"assure": MARCHAND, "amc": TI_DOUE, "facture": SESSION, "montant": 716},
}


def request(service: str, reference: str = REFERENCE, **other: Any) -> dict[str, object]:
    head = {
        "format": "FR-T1", "service": service, "reference": reference, "emetteur": "297000010",
        "date_soins": "2026-03-10",
    }  # fmt: skip
    return {**head, **PARTS[service], **other}


@pytest.fixture
def running() -> Iterator[Running]:
    started = serve(Config())
    yield started
    started.stop()


Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def ask(running: Running) -> Ask:
    """Post a request to the door of its service; give the status and what is answered."""

    def asked(told: Mapping[str, object], path: str = "") -> tuple[int, dict[str, Any]]:
        where = path or f"/fr/t1/{str(told['service']).lower()}"
        return post(running, where, json.dumps(told).encode())

    return asked


def post(running: Running, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
    line = HTTPConnection("127.0.0.1", int(running.url.rpartition(":")[2]), timeout=10)
    try:
        line.request("POST", path, body)
        got = line.getresponse()
        return got.status, json.loads(got.read())
    finally:
        line.close()


def test_adri_says_where_somebody_is_insured_and_whose_request_it_answers(ask: Ask) -> None:
    told = request("ADRI")
    status, said = ask(told)
    assert (status, said["issue"], said["simule"]) == (200, "OK", True)
    assert said["empreinte"] == sha256(json.dumps(told).encode()).hexdigest()
    assert said["rendu"]["organisme"] == "012910000"
    assert said["rendu"]["situations"][0]["genre"] == "ALD"


@pytest.mark.parametrize(
    ("service", "other", "reason"),
    [
        ("ADRI", {"assure": {**MARCHAND, "nir": "2999999999999"}}, "ASSURE_INCONNU"),
        ("ADRI", {"assure": {**MARCHAND, "naissance": "19610515"}}, "ASSURE_INCONNU"),
        ("CONVENTION", {"amc": {**TI_DOUE, "numero": "0799900028"}}, "PAS_DE_CONVENTION"),
        ("CONVENTION", {"amc": {**TI_DOUE, "numero": "0000000001"}}, "ORGANISME_INCONNU"),
        ("DROITS", {"amc": {**TI_DOUE, "adherent": "B1"}}, "ADHERENT_INCONNU"),
        ("DROITS", {"date_soins": "2028-01-01"}, "DROITS_FERMES"),
        ("MONTANT", {"amc": {**TI_DOUE, "numero": "0799900028"}}, "PAS_DE_CONVENTION"),
        ("ENGAGEMENT", {"montant": 715}, "MONTANT_DIFFERENT"),
        ("ENGAGEMENT", {"amc": {**TI_DOUE, "numero": "0799900028"}}, "PAS_DE_CONVENTION"),
    ],
)
def test_a_service_refuses_with_a_code(
    ask: Ask, service: str, other: dict[str, Any], reason: str
) -> None:
    status, said = ask(request(service, **other))
    assert (status, said["issue"], said["motif"], said["rendu"]) == (200, "REFUS", reason, {})


def test_the_four_services_of_a_complementary_follow_each_other(ask: Ask) -> None:
    made = {
        name: ask(request(name, f"{number:026d}"))[1]["rendu"]
        for number, name in enumerate(("CONVENTION", "DROITS", "MONTANT", "ENGAGEMENT"))
    }
    assert made["CONVENTION"]["type"] == "OC" and made["CONVENTION"]["formules"] == ["052", "050"]
    assert made["DROITS"] == {"du": "2026-01-01", "au": "2027-12-31"}
    assert made["MONTANT"] == {"montant": 716}
    assert made["ENGAGEMENT"]["montant"] == 716 and made["ENGAGEMENT"]["numero"].startswith("T")
    assert made["ENGAGEMENT"]["valable"] == "2026-04-09"


@pytest.mark.parametrize(
    ("formula", "cents"), [("052", 716), ("050", 358), ("", 716), ("ZZZ", 716)]
)
def test_a_share_follows_the_formula_of_the_contract(ask: Ask, formula: str, cents: int) -> None:
    said = ask(request("MONTANT", facture={**SESSION, "formule": formula}))[1]
    assert said["rendu"] == {"montant": cents}


def test_the_same_reference_is_answered_the_same_and_worked_on_once(
    ask: Ask, running: Running
) -> None:
    told = request("ENGAGEMENT")
    first, again = ask(told)[1], ask(told)[1]
    assert first == again
    follow = {"format": "FR-T1", "service": "SUIVI", "reference": REFERENCE}
    assert ask(follow)[1] == first
    [held] = running.received()
    assert (held.reference, held.times_received, held.times_processed) == (REFERENCE, 2, 1)
    assert ask(request("ENGAGEMENT", montant=1))[0] == 409
    assert ask({**follow, "reference": "0" * 26})[1]["connu"] is False


@pytest.mark.parametrize(
    "spoilt",
    [
        {"format": "FR-T2"}, {"reference": "short"}, {"reference": 7}, {"emetteur": "29700001"},
        {"date_soins": "2026-02-30"}, {"date_soins": "hier"}, {"more": 1}, {"service": "DROITS"},
        {"assure": {**MARCHAND, "nir": "2610575999901 "}}, {"assure": {**MARCHAND, "rang": 0}},
        {"assure": {**MARCHAND, "rang": "1"}}, {"assure": "MARCHAND"}, {"assure": {}},
    ],
)  # fmt: skip
def test_what_is_not_written_as_agreed_is_refused_before_any_answer(
    ask: Ask, running: Running, spoilt: dict[str, object]
) -> None:
    status, said = ask({**request("ADRI"), **spoilt}, "/fr/t1/adri")
    assert status == 400 and said["erreur"]
    assert running.received() == []


@pytest.mark.parametrize(
    "invoice",
    [
        {"formule": "052"}, {**SESSION, "lignes": []}, {**SESSION, "lignes": "x"},
        {**SESSION, "lignes": [{"acte": "TST", "total": 100, "amo": 101}]},
        {**SESSION, "lignes": [{"acte": "TST", "total": 17.9, "amo": 10}]},
        {**SESSION, "lignes": [{"acte": "TST", "total": True, "amo": 0}]},
        {**SESSION, "lignes": [{"acte": "", "total": 1, "amo": 0}]}, {**SESSION, "formule": "05 2"},
    ],
)  # fmt: skip
def test_an_invoice_is_read_to_the_cent(ask: Ask, invoice: dict[str, object]) -> None:
    assert ask(request("MONTANT", facture=invoice))[0] == 400


def test_only_its_own_doors_open(running: Running) -> None:
    for path in ("/fr/t1/autre", "/", "/fr/t2/adri", "/admin/other"):
        assert post(running, path, b"{}")[0] == 404
    assert post(running, "/fr/t1/adri", b"\xff")[0] == 400
    assert post(running, "/fr/t1/adri", b"[]")[0] == 400
    assert post(running, "/fr/t1/adri", b"x" * 70_000)[0] == 413


def test_the_testers_door_sets_faults_and_clock_and_tells_what_came(running: Running) -> None:
    before = running.clock.now()
    assert post(running, "/admin/clock", b'{"shift_seconds": 3600}')[0] == 200
    assert (running.clock.now() - before).total_seconds() >= 3600
    assert post(running, "/admin/clock", b'{"now": "2026-03-10T08:00:00+00:00"}')[0] == 200
    assert running.clock.now().year == 2026
    assert post(running, "/admin/faults", b'{"faults": [{"kind": "refuse", "nth": 1}]}')[0] == 200
    assert post(running, "/admin/faults", b'{"faults": [{"kind": "odd"}]}')[0] == 400
    assert post(running, "/admin/faults", b"[1]")[0] == 400
    said = post(running, "/fr/t1/adri", json.dumps(request("ADRI")).encode())[1]
    assert said["motif"] == "SERVICE_FERME"
    line = HTTPConnection("127.0.0.1", int(running.url.rpartition(":")[2]), timeout=10)
    line.request("GET", "/admin/received")
    assert json.loads(line.getresponse().read())[0]["times_processed"] == 1
    line.request("GET", "/admin/else")
    assert line.getresponse().status == 404
    line.close()


@pytest.mark.parametrize(
    ("kind", "worked_on"),
    [(Kind.CUT_BEFORE, 0), (Kind.CUT_AFTER, 1), (Kind.TRUNCATE, 1), (Kind.MUTE, 1)],
)
def test_a_broken_line_leaves_the_count_of_what_was_worked_on(
    ask: Ask, running: Running, kind: Kind, worked_on: int
) -> None:
    running.faults.set([Fault(kind, nth=(1,), seconds=0.01)])
    with pytest.raises((OSError, HTTPException, ValueError)):
        ask(request("ADRI"))
    assert len(running.received()) == worked_on


def test_a_gateway_and_a_slow_day(ask: Ask, running: Running) -> None:
    running.faults.set([Fault(Kind.STATUS, nth=(1,)), Fault(Kind.SLOW, nth=(2,), seconds=0.01)])
    assert ask(request("ADRI"))[0] == 503
    assert ask(request("ADRI"))[0] == 200


@pytest.mark.parametrize("service", PARTS)
def test_a_contradiction_is_an_answer_that_disagrees(service: str) -> None:
    body = json.dumps(request(service)).encode()
    asked = read(body, service.lower())
    good = json.loads(answer(asked, body, Mood()))
    other = json.loads(answer(asked, body, Mood(contradicting=True)))
    assert good["issue"] == other["issue"] == "OK" and good["rendu"] != other["rendu"]


def test_the_same_seed_draws_the_same_faults_and_another_others() -> None:
    def drawn(seed: int) -> list[tuple[str, ...]]:
        faults = Faults(seed, DRAWN)
        return [tuple(sorted(faults.strike("ADRI"))) for _ in range(60)]

    assert drawn(7) == drawn(7) != drawn(8)
    met = {kind for strikes in drawn(7) for kind in strikes}
    assert {Kind.REFUSE, Kind.CONTRADICT} <= met


def test_a_seed_alone_draws_faults_and_none_draws_nothing() -> None:
    for seed, expected in ((0, ()), (3, DRAWN)):
        running = serve(Config(seed=seed))
        assert running.faults.faults == expected
        running.stop()


def test_a_file_of_faults_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text('[{"kind": "refuse", "nth": [1, 3], "service": "ADRI", "times": 1}]', "utf-8")
    faults = Faults(0, faults_of_file(path))
    assert [bool(faults.strike("ADRI")) for _ in range(3)] == [True, False, False]
    assert not faults.strike("DROITS")
    for text in ("{}", "[1]", '[{"nth": 1}]', '[{"kind": "refuse", "odd": 1}]'):
        path.write_text(text, "utf-8")
        with pytest.raises(ValueError, match="fault"):
            faults_of_file(path)


def test_the_books_hold_invented_people_only_and_every_contract_by_ten_digits() -> None:
    assert all(nir[-3:].isdigit() and nir[7:10] in ("999", "A99") for nir in people())
    assert all(len(number) == 10 for number in contracts())


def test_old_requests_are_forgotten_when_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.simulators.sesam.online.desk._MOST", 2)
    desk = Desk()
    for number in range(3):
        body = json.dumps(request("ADRI", f"{number:026d}")).encode()
        desk.serve(read(body, "adri"), body, Mood())
    assert [each.reference[-1] for each in desk.received()] == ["1", "2"]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inside: (
    st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=10), inside, max_size=4)
)), st.sampled_from(sorted(PARTS)))  # fmt: skip
def test_nothing_anybody_may_write_is_more_than_refused(spoilt: object, service: str) -> None:
    for told in (spoilt, {**request(service), sorted(PARTS[service])[0]: spoilt}):
        try:
            read(json.dumps(told).encode(), service.lower())
        except Malformed as fault:
            assert str(fault)
