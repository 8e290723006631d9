"""The verifier that leaves with an export: one file, no product code, and no byte escapes it."""

import ast
import hashlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import example, given
from hypothesis import strategies as st

from server.app.commands import besace
from server.services import lots
from server.tools import verify_journal
from server.tools.verify_journal import Export, dump, verify
from tests.people import DELVAUX, OUCHENE
from tests.world import PASSPHRASE, World

TOOL = Path(verify_journal.__file__)
_BASE_ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run a command in this process with its passphrase; return its status and what it said."""
    monkeypatch.setattr("server.app.privacy.protect_process", lambda: None)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*words: str, typed: str = PASSPHRASE) -> tuple[int, str]:
        told = CliRunner().invoke(besace, [*words], input=f"{typed}\n")
        return told.exit_code, told.output

    return run


@pytest.fixture
def closed(world: World) -> World:
    """A practice that worked two days, sealed a lot and closed."""
    world.visit(OUCHENE, copay_collected="2,50")
    world.clock.advance(days=1)
    world.visit(DELVAUX)
    lots.seal_all(world.desk)
    world.cabinet.lock()
    return world


@pytest.fixture
def out(closed: World, say: Callable[..., tuple[int, str]], tmp_path: Path) -> Path:
    """Its journal, exported."""
    folder = tmp_path / "export"
    status, told = say("export", str(folder), "--practice", str(closed.folder))
    assert status == 0, told
    return folder


def judged(folder: Path) -> set[tuple[str, int]]:
    """The file and row of each problem."""
    return {(file, row) for _, file, row in Export(folder).examine()}


def test_an_export_verifies_with_python_alone(out: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    shutil.copytree(out, alone)
    key = json.loads((alone / "manifest.json").read_text("utf-8"))["public_key"]
    tool = alone / "tools" / "verify_journal.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(tool), str(alone), "--key", key],
        capture_output=True, text=True, check=False, cwd=tmp_path, encoding="utf-8",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "rien n'a été modifié" in done.stdout
    assert key in done.stdout


def test_the_verifier_shares_no_code_with_the_product() -> None:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(TOOL.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            modules.add(str(node.module))
    assert modules <= sys.stdlib_module_names | {"collections.abc"}
    assert modules == {"argparse", "collections.abc", "hashlib", "json", "pathlib", "sys", "typing"}


def test_row_43_every_byte_of_every_row_flipped_names_that_row(out: Path) -> None:
    """Each row in turn, at bytes drawn anew; N3."""
    places = random.Random(43)  # noqa: S311 - the same places each time
    journal = out / "journal-A.jsonl"
    whole = journal.read_bytes()
    start = 0
    for number, line in enumerate(whole.splitlines(keepends=True), start=1):
        for place in {*(places.randrange(len(line)) for _ in range(12)), len(line) - 1}:
            bit = 1 << places.randrange(8)
            spoilt = bytearray(whole)
            spoilt[start + place] ^= bit
            journal.write_bytes(spoilt)
            assert ("journal-A.jsonl", number) in judged_rows(out), (number, place, bit)
        start += len(line)
    journal.write_bytes(whole)
    assert judged(out) == set()


def judged_rows(folder: Path) -> set[tuple[str, int]]:
    """Problems of the rows alone: signatures are checked elsewhere, and take their time."""
    export = Export(folder)
    export._journal(export.devices[0])
    return {(file, row) for _, file, row in export.problems}


@pytest.mark.parametrize("name", ["heads.jsonl", "manifest.json"])
def test_row_43_a_byte_flipped_beside_the_rows_is_found_too(out: Path, name: str) -> None:
    places = random.Random(name)  # noqa: S311 - the same places each time
    whole = (out / name).read_bytes()
    for _ in range(40):
        place = places.randrange(len(whole))
        spoilt = bytearray(whole)
        spoilt[place] ^= 1 << places.randrange(8)
        (out / name).write_bytes(spoilt)
        status = verify_journal.main([str(out)])
        assert status == 1 or (status, name) == (2, "manifest.json"), place
    (out / name).write_bytes(whole)
    assert verify_journal.main([str(out)]) == 0


def test_row_43_a_row_removed_moved_or_cut_off_is_found(out: Path) -> None:
    journal = out / "journal-A.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:4] + lines[5:]))
    assert ("journal-A.jsonl", 5) in judged(out)
    journal.write_bytes(b"".join([*lines[:4], lines[5], lines[4], *lines[6:]]))
    assert {("journal-A.jsonl", 5), ("journal-A.jsonl", 6)} <= judged(out)
    journal.write_bytes(b"".join(lines[:-1]))
    assert ("journal-A.jsonl", len(lines)) in judged(out)
    journal.unlink()
    assert ("journal-A.jsonl", 0) in judged(out)
    journal.write_bytes(b"".join(lines))
    heads = out / "heads.jsonl"
    signed = heads.read_bytes().splitlines(keepends=True)
    heads.write_bytes(b"".join(signed[:-1]))
    assert judged(out) == {("heads.jsonl", len(signed))}
    heads.unlink()
    assert judged(out) == {("heads.jsonl", 0)}


def test_row_43_a_chain_hashed_again_is_found_by_the_signed_heads(out: Path) -> None:
    journal = out / "journal-A.jsonl"
    rows = [json.loads(line) for line in journal.read_bytes().splitlines()]
    rows[2]["user"] = "somebody else"
    previous = rows[1]["hash"]
    for row in rows[2:]:
        row["prev_hash"] = previous
        previous = row["hash"] = verify_journal.hash_of(row)
    journal.write_bytes(b"".join(dump(row) + b"\n" for row in rows))
    problems = Export(out).examine()
    assert {what for what, _, _ in problems} == {"head"}
    assert ("head", "journal-A.jsonl", len(rows)) in problems


def test_an_export_signed_all_over_again_shows_against_the_key_written_down_elsewhere(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    written_down = manifest["public_key"]
    forger = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    forged = {**manifest, "public_key": forger.public_key().public_bytes_raw().hex()}
    del forged["signature"]
    forged["signature"] = forger.sign(dump(forged)).hex()
    (out / "manifest.json").write_bytes(dump(forged) + b"\n")
    heads = [json.loads(x) for x in (out / "heads.jsonl").read_bytes().splitlines()]
    for head in heads:
        facts = [head[name] for name in verify_journal.HEAD_NAMES[:-1]]
        text = dump(["besace-journal-head", forged["practice"], *facts])
        head["signature"] = forger.sign(text).hex()
    (out / "heads.jsonl").write_bytes(b"".join(dump(head) + b"\n" for head in heads))
    assert verify_journal.main([str(out)]) == 0
    assert verify_journal.main([str(out), "--key", written_down, "--lang", "nl"]) == 1
    assert "niet de verwachte" in capsys.readouterr().out


def test_a_folder_that_is_no_export_is_said_to_be_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify_journal.main([str(tmp_path), "--lang", "en"]) == 2
    assert "no readable export" in capsys.readouterr().out
    (tmp_path / "manifest.json").write_text("[]")
    assert verify_journal.main([str(tmp_path)]) == 2


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
@example(bytes(32), b"", 0)
def test_our_ed25519_agrees_with_the_one_of_cryptography(
    private: bytes, text: bytes, bit: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(private)
    public, signature = key.public_key().public_bytes_raw(), bytearray(key.sign(text))
    assert verify(public.hex(), text, signature.hex())
    assert not verify(public.hex(), text + b".", signature.hex())
    signature[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public).verify(bytes(signature), text)
    assert not verify(public.hex(), text, signature.hex())


def test_signatures_that_are_none_are_refused() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"x")
    s = int.from_bytes(signature[32:], "little") + _BASE_ORDER  # the same point, written otherwise
    malleable = signature[:32] + s.to_bytes(32, "little")
    for bad_key, bad_sign in (
        (public.hex(), malleable.hex()), (public.hex(), signature.hex().upper()),
        (public.hex(), "zz"), (public.hex(), ""), (public.hex()[:-2], signature.hex()),
        ("ff" * 32, signature.hex()), ("02" + "00" * 31, signature.hex()),
        ("01" + "00" * 30 + "80", signature.hex()),
    ):  # fmt: skip
        assert not verify(bad_key, b"x", bad_sign)


def test_the_vectors_of_the_rfc_hold() -> None:
    """RFC 8032 §7.1, tests 1 and 2."""
    for public, text, signature in (
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", b"",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", b"\x72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ):  # fmt: skip
        assert verify(public, text, signature)


def test_the_export_names_no_patient_and_is_its_owners_alone(closed: World, out: Path) -> None:
    text = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    for word in ("ouchene", "fatima", OUCHENE.niss, "delvaux", DELVAUX.niss, "willems"):
        assert word.encode() not in text.lower()
    for path in out.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path.name
    assert "python3 tools/verify_journal.py" in (out / "README.txt").read_text("utf-8")
    assert hashlib.sha256(TOOL.read_bytes()).digest() == (
        hashlib.sha256((out / "tools" / TOOL.name).read_bytes()).digest()
    )


def test_an_export_overwrites_nothing_and_asks_the_passphrase(
    closed: World, say: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("kept")
    practice = ("--practice", str(closed.folder))
    status, told = say("export", str(tmp_path / "full"), *practice)
    assert (status, "n’est pas vide" in told) == (2, True)
    status, told = say("export", str(tmp_path / "new"), *practice, typed="not the passphrase")
    assert status == 2
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").write_text("")
    status, told = say("export", str(tmp_path / "file" / "in"), *practice)
    assert (status, "ne peut pas être créé" in told) == (2, True)
    assert say("export", str(tmp_path / "x"), "--practice", str(tmp_path / "none"))[0] == 2


def test_the_verify_command_says_that_all_holds_or_names_the_row(
    closed: World, say: Callable[..., tuple[int, str]]
) -> None:
    practice = ("--practice", str(closed.folder))
    status, told = say("verify", *practice)
    assert (status, "rien n’a été modifié" in told) == (0, True)
    closed.cabinet.unlock(closed.cabinet.logins()[0].id, PASSPHRASE)
    db = closed.desk.db
    db.execute("drop trigger journal_is_written_once").fetchall()
    db.execute("update journal set user = 'x' where seq = 7")
    closed.cabinet.lock()
    status, told = say("verify", *practice)
    assert (status, "A : la ligne 7 du journal a été modifiée" in told.replace("\u00a0", " ")) == (
        1, True,
    )  # fmt: skip
    status, told = say("verify", *practice, "--json")
    found = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    [flaw] = [each for each in found if each["code"].startswith("flaw.")]
    assert (status, flaw["code"], flaw["device"], flaw["row"]) == (1, "flaw.content", "A", 7)
