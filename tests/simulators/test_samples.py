"""The judge alone, on the sample requests and on the records that real insurers echoed."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from server.simulators.mycarenet.case import Case, Envelope, Spell
from server.simulators.mycarenet.container import File, open_file
from server.simulators.mycarenet.insurers import insurers
from server.simulators.mycarenet.verdict import Verdict, judge
from server.simulators.mycarenet.zones import plans
from tests.simulators.test_judge import BLOCKING, REFUSING

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "be" / "efact_samples"
BOOKS = {"R500446", "R502255", "R521920", "R521922", "R050000"}
ENVELOPE = {"B101424"}
pytestmark = pytest.mark.skipif(
    not SAMPLES.exists(), reason="the reference samples are not beside this checkout"
)


def judged(content: bytes, union: str, provider: str = "") -> Verdict:
    """Judge a file on the day of its creation, as addressed to a union."""
    file = open_file(content)
    assert isinstance(file, File)
    created = date.fromisoformat(file.cover["302"])
    sender = provider or file.first["14"][1:]
    envelope = Envelope(sender, file.header["204"], True, union)
    return judge(Case(file, envelope, insurers()[union], created))


@pytest.mark.parametrize("name", ["920000_01.txt", "920000_02.txt", "920000_03.txt"])
def test_the_test_files_of_2014_are_blamed_for_their_digits_and_counts(name: str) -> None:
    found = judged((SAMPLES / name).read_bytes(), "100")
    wrong = [reject.code for reject in found.rejects if reject.code.endswith("9902")]
    assert wrong == [f"B{record.kind}9902" for record in found.file.records]
    slots = {(slot.segment, slot.zone, slot.digits) for slot in found.slots}
    assert slots == {("300", "3071", "10"), ("95", "4091", "20"), ("96", "5091", "20")}
    assert not {"B809802", "B909802"} & set(found.codes)


def test_the_file_of_a_peer_lacks_a_phone_a_profession_and_a_good_account() -> None:
    found = judged((SAMPLES / "920000_kine_peerpy_1x1.txt").read_bytes(), "900")
    assert found.codes == ["B101810", "B103602"]
    slots = {(slot.segment, slot.zone, slot.digits) for slot in found.slots}
    assert slots == {("300", "3071", "10"), ("95", "4091", "20"), ("96", "5091", "20")}


def test_every_code_of_the_samples_that_a_request_can_cause_is_planted() -> None:
    told = (SAMPLES / "index.csv").read_text("utf-8")
    seen = set(re.findall(r"[BFRES]\d{6}", told)) - BOOKS
    planted = {code for code, _ in (*BLOCKING, *REFUSING)}
    assert seen - planted == {
        "B510110",  # the rest are planted by tests of their own in test_judge
        "B511905",
        "B512801",
        "B515501",
        "B520110",
        "F200814",
        "F200820",
        "R500119",
        "R510119",
        "R510512",
        "R511503",
        "R512712",
        "R520119",
        "S502744",
    }


@dataclass(frozen=True)
class Echo:
    """A returned message: its insurer, its records as they were sent, the codes they got."""

    name: str
    union: str
    content: bytes
    codes: frozenset[tuple[str, str]]


def echoes() -> Iterator[Echo]:
    """Each returned sample that echoes records, made a request again."""
    if not SAMPLES.exists():
        return
    for row in csv.DictReader((SAMPLES / "index.csv").read_text("utf-8").splitlines()):
        text = (SAMPLES / row["file"]).read_text("latin-1")
        parts = [text[at : at + 350] for at in range(677, len(text), 800)]
        records = [part for part in parts if part[:2] not in ("91", "92")]
        if row["file"].startswith(("920098", "920099", "920900")) and records:
            cover = text[67:207] + 20 * "0"
            footers = "95" + 348 * "0" + "96" + 348 * "0"
            whole = "920000" + text[6:67] + cover + "".join(records) + footers
            told = re.findall(r"#(\d+):(\w{7})", row["error_codes (record#seq:letter+code)"])
            content = whole.encode("latin-1")
            yield Echo(row["file"], row["oa"][:3], content, frozenset(told))


@pytest.mark.parametrize("echo", [*echoes()], ids=lambda echo: echo.name)
def test_what_a_request_alone_can_cause_is_found_as_the_insurer_found_it(echo: Echo) -> None:
    found = judged(echo.content, echo.union)
    mine = {(found.file.records[reject.place]["2"], reject.code) for reject in found.rejects}
    expected = {told for told in echo.codes if told[1] not in BOOKS | ENVELOPE}
    if echo.name == "920099_15.txt":  # echoed without its records 50: see the next test
        expected = {("000006", "B520110")}
    assert expected <= mine


def test_agreements_grouped_after_their_acts_are_judged_as_insurer_900_did() -> None:
    (echo,) = [echo for echo in echoes() if echo.name == "920099_15.txt"]
    text = echo.content.decode("latin-1")
    whole = [text[at : at + 350] for at in range(227, len(text), 350)]
    first, head, one, other = whole[:4]
    acts = ["50" + f"{rank:06d}" + record[8:] for rank, record in ((3, one), (4, other))]
    again = text[:227] + "".join([first, head, *acts, one, other, *whole[4:]])
    found = judged(again.encode("latin-1"), "900")
    mine = {(found.file.records[reject.place]["2"], reject.code) for reject in found.rejects}
    assert echo.codes <= mine


def test_a_third_party_other_than_the_sender_is_refused_as_insurer_500_did() -> None:
    (echo,) = [echo for echo in echoes() if echo.name == "920099_02.txt"]
    assert "B101424" in judged(echo.content, "500", provider="50670622000").codes


def for_the_books() -> Iterator[Echo]:
    """The echoes with a code that only the books bring, on an act that is echoed."""
    for echo in echoes():
        file = open_file(echo.content)
        assert isinstance(file, File)
        if file.invoices and file.invoices[0].acts and books(echo):
            yield echo


def books(echo: Echo) -> list[str]:
    """The codes of an echo that only the books can bring."""
    return sorted({code for _, code in echo.codes if code in BOOKS})


@pytest.mark.parametrize("echo", [*for_the_books()], ids=lambda echo: echo.name)
def test_what_only_the_books_know_comes_from_a_magic_patient(echo: Echo) -> None:
    file = open_file(echo.content)
    assert isinstance(file, File)
    niss = file.invoices[0].head["8"][2:]
    spells = tuple(Spell(niss, code, "50" if code[1:3] == "50" else "52") for code in books(echo))
    envelope = Envelope("50670622527", file.header["204"], True, echo.union)
    today = date.fromisoformat(file.cover["302"])
    case = Case(file, envelope, insurers()[echo.union], today, spells={niss: spells})
    assert set(books(echo)) <= set(judge(case).codes)


def test_positions_are_those_of_the_reference_page() -> None:
    table = SAMPLES.parent / "efact_records.csv"
    wanted = {
        (row["record"], int(row["start"]), int(row["length"]))
        for row in csv.DictReader(table.read_text("utf-8").splitlines())
        if row["record"] in plans()
    }
    ours = {
        (name, zone.start, zone.length)
        for name, plan in plans().items()
        for zone in plan.zones.values()
    }
    assert ours == wanted
