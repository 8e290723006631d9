"""The simulated component in its own process, asked through the driver a demo practice has."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from hardware.child import command
from hardware.sesam import NoDriver, SesamProcess
from server.app.sesam import SIMULATOR, driver_of
from server.core.sesam import DriverError, Group, Mode, Sealed, SesamProblem, Wanted
from server.countries.france.card import PsCard, VitaleCard
from server.countries.france.card_wire import read_groups
from server.simulators.sesam import phone
from server.simulators.sesam.keys import ROOT_NAME, root
from server.simulators.sesam.people import PIN, VITALE

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "cards"
SAMPLES = ROOT.parent / "shared" / "data" / "fr" / "samples" / "cartes_virtuelles"


@pytest.fixture(scope="module")
def driver() -> Iterator[SesamProcess]:
    chosen = driver_of(None, demo=True)
    assert isinstance(chosen, SesamProcess)
    yield chosen
    chosen.close()


@pytest.fixture
def drivers() -> Iterator[list[SesamProcess]]:
    started: list[SesamProcess] = []
    yield started
    for each in started:
        each.close()


def simulated(drivers: list[SesamProcess], *arguments: str) -> SesamProcess:
    drivers.append(SesamProcess(command(SIMULATOR, *arguments), demo=True))
    return drivers[-1]


def invoice(number: str) -> tuple[Group, ...]:
    return (Group(1110, (number, "1", "202603100000", "1", "", "")), Group(1610, ("AMS", "8,10")))


def problem(work: object) -> DriverError:
    with pytest.raises(DriverError) as failed:
        work()  # type: ignore[operator]
    return failed.value


def test_a_demo_has_the_simulator_a_real_practice_its_component_or_nobody() -> None:
    assert isinstance(driver_of(None, demo=False), NoDriver)
    real = driver_of(Path("/nowhere/component"), demo=False)
    assert problem(real.config).problem is SesamProblem.ABSENT


def test_the_simulator_says_what_it_is(driver: SesamProcess) -> None:
    told = driver.config()
    assert told.simulated
    assert "non homologué" in told.name


def test_a_real_practice_refuses_the_simulator(drivers: list[SesamProcess]) -> None:
    real = SesamProcess(command(SIMULATOR), demo=False)
    assert problem(real.config).problem is SesamProblem.SIMULATED


def test_both_cards_are_read(driver: SesamProcess) -> None:
    ps = PsCard.of(driver.read_ps(PIN))
    assert ps.holder is not None and ps.holder["name"] == "LE GOFF"
    assert ps.situations[0]["specialty"] == "26"
    card = VitaleCard.of(driver.read_vitale(PIN, NOW))
    assert [person.who["first_name"] for person in card.beneficiaries] == ["LOÏC", "MAËL"]


def test_cards_of_a_file_lie_in_its_readers(drivers: list[SesamProcess]) -> None:
    cards = [GOLDEN / "vitale_family.in", *sorted(SAMPLES.glob("*.in"))[:3]]
    for card in cards:
        driver = simulated(drivers, "--vitale", str(card), "--cps", str(GOLDEN / "cps.in"))
        assert driver.read_vitale(PIN, NOW) == read_groups(card.read_bytes()).groups
        assert driver.read_ps(PIN) == read_groups((GOLDEN / "cps.in").read_bytes()).groups


def test_a_damaged_card_and_an_empty_reader_are_told(
    drivers: list[SesamProcess], tmp_path: Path
) -> None:
    cut = tmp_path / "cut.in"
    cut.write_bytes((GOLDEN / "vitale_family.in").read_bytes()[:100])
    driver = simulated(drivers, "--vitale", str(cut))
    assert problem(lambda: driver.read_vitale(PIN, NOW)).problem is SesamProblem.UNREADABLE
    bare = simulated(drivers, "--no-vitale", "--no-cps")
    assert problem(lambda: bare.read_ps(PIN)).problem is SesamProblem.NO_CPS
    alone = simulated(drivers, "--no-vitale")
    assert problem(lambda: alone.read_vitale(PIN, NOW)).problem is SesamProblem.NO_VITALE


def holds(sealed: Sealed) -> None:
    """Check every signature with the key of its certificate, and that with the simulator's root."""
    authority = x509.load_der_x509_certificate(root())
    assert ROOT_NAME in authority.subject.rfc4514_string()
    for each in sealed.signatures:
        certificate = x509.load_der_x509_certificate(each.certificate)
        certificate.verify_directly_issued_by(authority)
        key = certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(each.value, sealed.content, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("number", "mode", "cards"),
    [("A1", Mode.BOTH_CARDS, ["VITALE", "CPS"]), ("A2", Mode.DESYNCHRONISED, ["VITALE"]),
     ("A3", Mode.DEGRADED, ["CPS"])],
)  # fmt: skip
def test_an_invoice_is_signed_by_the_cards_of_its_mode(
    driver: SesamProcess, number: str, mode: Mode, cards: list[str]
) -> None:
    fse, dre = driver.secure(invoice(number), mode, Wanted.BOTH, PIN)
    assert (fse.kind, dre.kind) == ("FSE", "DRE")
    for sealed in (fse, dre):
        assert sealed.simulated
        assert [each.card for each in sealed.signatures] == cards
        holds(sealed)


def test_what_vitale_signed_is_countersigned_once(driver: SesamProcess) -> None:
    (fse,) = driver.secure(invoice("B1"), Mode.DESYNCHRONISED, Wanted.FSE, PIN)
    whole = driver.countersign(fse, PIN)
    assert whole.content == fse.content
    assert whole.signatures[0] == fse.signatures[0]
    assert [each.card for each in whole.signatures] == ["VITALE", "CPS"]
    holds(whole)
    assert problem(lambda: driver.countersign(whole, PIN)).problem is SesamProblem.REFUSED


def test_a_number_is_signed_once(driver: SesamProcess) -> None:
    driver.secure(invoice("C1"), Mode.BOTH_CARDS, Wanted.FSE, PIN)
    again = problem(lambda: driver.secure(invoice("C1"), Mode.BOTH_CARDS, Wanted.FSE, PIN))
    assert (again.problem, again.retryable) == (SesamProblem.REFUSED, False)


def test_two_wrong_pins_leave_one_try_and_a_third_blocks(drivers: list[SesamProcess]) -> None:
    driver = simulated(drivers)
    for tries in (2, 1):
        error = problem(lambda: driver.read_ps("0000"))
        assert (error.problem, error.tries) == (SesamProblem.WRONG_PIN, tries)
    assert problem(lambda: driver.read_ps("0000")).problem is SesamProblem.BLOCKED
    assert problem(lambda: driver.read_ps(PIN)).problem is SesamProblem.BLOCKED


def test_a_phone_shows_a_card_until_its_time_is_over(driver: SesamProcess) -> None:
    code = phone.show(VITALE, NOW + timedelta(minutes=5))
    groups = driver.read_apcv(code, NOW, online=True)
    assert groups == tuple(Group(number, tuple(fields)) for number, fields in VITALE)
    late = NOW + timedelta(minutes=6)
    old = problem(lambda: driver.read_apcv(code, late, online=True))
    assert old.problem is SesamProblem.OLD_PAYLOAD
    for wrong in (
        b"",
        b"https://example.invalid",
        code[:-4] + b"AAAA",
        code.replace(b"2026", b"2027"),
    ):
        bad = problem(lambda payload=wrong: driver.read_apcv(payload, NOW, online=True))
        assert bad.problem is SesamProblem.BAD_PAYLOAD


def test_nonsense_asked_of_the_simulator_is_refused_and_it_goes_on(driver: SesamProcess) -> None:
    nothing = problem(lambda: driver.secure((Group(1, ()),), Mode.BOTH_CARDS, Wanted.FSE, PIN))
    assert nothing.problem is SesamProblem.REFUSED
    with pytest.raises(DriverError):
        driver._child.ask("nothing", 5.0)
    assert driver.config().simulated


def test_the_simulator_killed_while_it_is_idle_is_started_again(driver: SesamProcess) -> None:
    driver.config()
    process = driver._child._process
    assert process is not None
    process.kill()
    process.wait()
    assert driver.read_ps(PIN)
