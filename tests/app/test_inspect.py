import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from server.app.inspect import inspect
from server.app.words import Words
from server.countries.belgium.efact_problems import Fault

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "efact"
SAMPLES = ROOT.parent / "shared" / "data" / "be" / "efact_samples"


def lines(*paths: Path, as_format: str | None = None) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    status = inspect(paths, as_format, True, out)
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def sample(name: str) -> Path:
    if not SAMPLES.is_dir():
        pytest.skip("the sample messages of ../shared/data/be/efact_samples are not here")
    return SAMPLES / name


def test_a_good_request_leaves_status_0_and_one_line() -> None:
    status, (line,) = lines(GOLDEN / "920000_small.txt")
    assert status == 0
    assert line["file"] == str(GOLDEN / "920000_small.txt")
    assert (line["format"], line["verdict"], line["problems"]) == ("efact.920000", "valid", [])


def test_files_come_in_their_order_and_the_worst_status_wins(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("bonjour")
    damaged = tmp_path / "damaged.txt"
    damaged.write_bytes((GOLDEN / "920000_small.txt").read_bytes()[:-1])
    good = GOLDEN / "920000_small.txt"
    status, found = lines(good, damaged)
    assert (status, [line["verdict"] for line in found]) == (1, ["valid", "problems"])
    status, found = lines(other, good)
    assert (status, [line["verdict"] for line in found]) == (2, ["unknown", "valid"])


def test_an_unknown_file_is_told_what_was_tried(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("bonjour")
    status, (line,) = lines(path)
    assert (status, line["format"], line["content"]) == (2, "unknown", {})
    (problem,) = line["problems"]
    assert "efact.920900" in problem["sentence"]
    assert "bonjour" in problem["sentence"]


@pytest.mark.parametrize(("content", "code"), [(b"", "file.empty"), (None, "file.unreadable")])
def test_nothing_to_read_is_one_sentence(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "return.txt"
    if content is not None:
        path.write_bytes(content)
    status, (line,) = lines(path)
    assert (status, line["problems"][0]["code"]) == (2, code)
    assert line["problems"][0]["sentence"].endswith(".")


def test_fifty_megabytes_are_refused_without_being_read_as_records(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.write(b"920900")
        file.truncate(50_000_000)
    status, (line,) = lines(path)
    assert line["problems"][0]["code"] == "efact.too_large"
    assert status == 1


def test_a_format_can_be_imposed(tmp_path: Path) -> None:
    path = tmp_path / "short.txt"
    path.write_bytes(b"920900")
    status, (line,) = lines(path, as_format="efact")
    assert (status, line["problems"][0]["code"]) == (2, "efact.unknown")
    status, (line,) = lines(path, as_format="noemie.578")
    assert (status, line["problems"][0]["code"]) == (2, "file.format")


def test_a_refusal_is_told_in_plain_words() -> None:
    _, (line,) = lines(sample("920900_04.txt"))
    (act,) = [record for record in line["content"]["records"] if record["name"] == "50"]
    sentence = act["errors"][0]["sentence"]
    assert "502255" not in sentence
    assert len(sentence) > 20


def test_people_read_sentences() -> None:
    out = io.StringIO()
    assert inspect([sample("920900_04.txt"), sample("920999_01.txt")], None, False, out) == 0
    text = out.getvalue()
    assert "bien formé et cohérent" in text
    assert "R50#5 R502255 " in text
    assert "Demandé 30,75 €, accepté 23,75 €, refusé 7,00 €" in text
    assert "5011 20 " in text


def test_people_read_problems_and_gaps_in_their_language(tmp_path: Path) -> None:
    path = tmp_path / "cut.txt"
    path.write_bytes(sample("920900_04.txt").read_bytes()[:-801])
    out = io.StringIO()
    assert inspect([path], None, False, out, language="nl") == 1
    assert "[fout]" in out.getvalue()
    assert "Gevraagd … €" in out.getvalue()


def test_destinations_and_codes_are_judged_by_the_shipped_tables(tmp_path: Path) -> None:
    data = (GOLDEN / "920000_small.txt").read_bytes()
    path = tmp_path / "other.txt"
    path.write_bytes(data.replace(b"134", b"319"))
    _, (line,) = lines(path)
    assert "efact.destination" in [problem["code"] for problem in line["problems"]]


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_every_problem_has_its_sentence(language: str) -> None:
    words = Words.load(language, ("be_efact_problems",))
    assert set(words.sentences) == {fault.value for fault in Fault}
    assert all(sentence.endswith(".") for sentence in words.sentences.values())


def test_a_sentence_without_its_fact_shows_a_gap_and_no_sentence_shows_the_code() -> None:
    words = Words({"a": "Il manque {this}."})
    assert words.say("a", {}) == "Il manque …."
    assert words.say("b", {}) == "b"


def test_the_tables_of_words_are_plain_csv() -> None:
    for name in ("be_efact_problems", "inspect_words"):
        with (ROOT / "server" / "reference" / f"{name}.csv").open(encoding="utf-8") as rows:
            assert all(row["fr"] and row["nl"] for row in csv.DictReader(rows))
