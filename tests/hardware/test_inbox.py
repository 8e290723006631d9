"""The watched folder: whole files are taken once, links and strangers are left and told."""

import os
from pathlib import Path

import pytest

from hardware import inbox
from hardware.inbox import TAKEN, Dropped, Left, Refusal, Trouble, WatchedFolder

PDF = b"%PDF-1.7 fabricated"


class Practice:
    """Keeps what is handed in, unless it is full."""

    def __init__(self) -> None:
        self.kept: list[Dropped] = []
        self.told: list[Left] = []
        self.full = False

    def take(self, dropped: Dropped) -> bool:
        if not self.full:
            self.kept.append(dropped)
        return not self.full


@pytest.fixture
def practice() -> Practice:
    return Practice()


@pytest.fixture
def watched(tmp_path: Path, practice: Practice) -> WatchedFolder:
    folder = tmp_path / "scans"
    folder.mkdir()
    return WatchedFolder(folder, practice.take, practice.told.append)


def looks(watched: WatchedFolder, times: int = 2) -> None:
    for _ in range(times):
        watched.look()


def test_a_file_that_stood_still_is_taken_and_moved_aside(
    watched: WatchedFolder, practice: Practice
) -> None:
    (watched.folder / "a.pdf").write_bytes(PDF)
    watched.look()
    assert practice.kept == []
    watched.look()
    assert [each.data for each in practice.kept] == [PDF]
    assert (watched.folder / TAKEN / "a.pdf").read_bytes() == PDF
    looks(watched, 3)
    assert len(practice.kept) == 1


def test_a_file_still_being_written_waits(watched: WatchedFolder, practice: Practice) -> None:
    path = watched.folder / "slow.pdf"
    for part in range(1, 4):
        path.write_bytes(PDF * part)
        watched.look()
    assert practice.kept == []
    watched.look()
    assert practice.kept[0].data == PDF * 3


def test_a_file_the_practice_could_not_keep_stays_where_it_is(
    watched: WatchedFolder, practice: Practice
) -> None:
    practice.full = True
    (watched.folder / "a.pdf").write_bytes(PDF)
    looks(watched)
    assert (watched.folder / "a.pdf").exists()


def test_two_files_of_one_name_are_both_kept_aside(
    watched: WatchedFolder, practice: Practice
) -> None:
    for round_ in (1, 2):
        (watched.folder / "a.pdf").write_bytes(PDF + bytes([round_]))
        looks(watched)
    assert len(practice.kept) == 2
    assert {path.name for path in (watched.folder / TAKEN).iterdir()} == {"a.pdf", "a (2).pdf"}


def test_row_17_links_are_neither_followed_nor_moved_but_told(
    watched: WatchedFolder, practice: Practice, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(PDF)
    (watched.folder / "soft.pdf").symlink_to(secret)
    os.link(secret, watched.folder / "hard.pdf")
    os.mkfifo(watched.folder / "pipe.pdf")
    looks(watched, 3)
    assert practice.kept == []
    assert {(each.name, each.why) for each in practice.told} == {
        ("soft.pdf", Refusal.LINK), ("hard.pdf", Refusal.LINK), ("pipe.pdf", Refusal.LINK),
    }  # fmt: skip
    assert secret.read_bytes() == PDF


def test_what_is_no_sheet_is_told_once(
    watched: WatchedFolder, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST", 100)
    (watched.folder / "program.pdf").write_bytes(b"MZ not a sheet")
    (watched.folder / "large.pdf").write_bytes(PDF * 20)
    looks(watched, 4)
    assert sorted((each.name, each.why) for each in practice.told) == [
        ("large.pdf", Refusal.SIZE), ("program.pdf", Refusal.KIND),
    ]  # fmt: skip


def test_folders_hidden_files_and_downloads_are_no_business_of_ours(
    watched: WatchedFolder, practice: Practice
) -> None:
    (watched.folder / "deep").mkdir()
    for name in (".hidden.pdf", "a.pdf.part", "b.crdownload", "c.pdf~"):
        (watched.folder / name).write_bytes(PDF)
    looks(watched, 3)
    assert (practice.kept, practice.told) == ([], [])


def test_a_folder_that_is_away_is_said_and_taken_up_again_where_it_was_left(
    tmp_path: Path, practice: Practice
) -> None:
    watched = WatchedFolder(tmp_path / "later", practice.take, practice.told.append, move=False)
    looks(watched)
    assert watched.trouble is Trouble.GONE
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "a.pdf").write_bytes(PDF)
    looks(watched)
    assert watched.trouble is None
    (tmp_path / "later").rename(tmp_path / "unplugged")
    looks(watched)
    assert watched.trouble is Trouble.GONE
    (tmp_path / "unplugged").rename(tmp_path / "later")
    looks(watched, 3)
    assert len(practice.kept) == 1


def test_a_folder_that_may_not_be_read_is_not_called_gone(
    watched: WatchedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "iterdir", forbidden)
    watched.look()
    assert watched.trouble is Trouble.CLOSED


def test_of_a_folder_with_too_many_files_the_first_are_taken_and_the_rest_said(
    watched: WatchedFolder, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_FILES", 2)
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (watched.folder / name).write_bytes(PDF + name.encode())
    looks(watched)
    assert (len(practice.kept), watched.trouble) == (2, Trouble.MANY)
    looks(watched, 2)
    assert (len(practice.kept), watched.trouble) == (3, None)


def test_a_file_another_program_still_holds_is_told_once_and_taken_when_it_is_let_go(
    watched: WatchedFolder, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    (watched.folder / "a.pdf").write_bytes(PDF)

    def held(_: Path) -> bytes:
        raise PermissionError

    with monkeypatch.context() as writing:
        writing.setattr(inbox, "_read", held)
        looks(watched, 4)
    assert [each.why for each in practice.told] == [Refusal.UNREADABLE]
    watched.look()
    assert [each.data for each in practice.kept] == [PDF]


def test_what_the_practice_could_not_keep_is_offered_until_it_can(
    watched: WatchedFolder, practice: Practice
) -> None:
    practice.full = True
    (watched.folder / "a.pdf").write_bytes(PDF)
    looks(watched, 3)
    practice.full = False
    watched.look()
    assert len(practice.kept) == 1
