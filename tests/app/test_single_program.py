"""One program per practice: a second start is refused, a killed one leaves no lock behind."""

import signal
from collections.abc import Callable
from pathlib import Path

from server.app.lock import PracticeLock
from tests.app.running import Running, besace

Start = Callable[..., Running]


def test_a_second_program_on_the_same_practice_is_refused_with_a_sentence(
    start: Start, tmp_path: Path
) -> None:
    folder = str(tmp_path / "cabinet")
    first = start("run", "--practice", folder, "--no-window", "--json")
    first.said()
    second = besace("run", "--practice", folder, "--no-window", cwd=tmp_path)
    assert second.returncode == 2
    assert "déjà ouvert par un autre programme" in second.stderr
    assert str(first.process.pid) in second.stderr
    assert "Traceback" not in second.stderr
    third = besace("reference", "import", __file__, "--practice", folder, cwd=tmp_path)
    assert third.returncode == 2


def test_a_killed_program_leaves_no_lock_behind(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "cabinet"
    first = start("run", "--practice", str(folder), "--no-window", "--json")
    first.said()
    first.end(signal.SIGKILL)
    assert (folder / "besace.lock").exists()
    lock = PracticeLock(folder)
    lock.take()
    assert (folder / "besace.lock").read_text() != str(first.process.pid)
    lock.release()
    lock.release()
    again = start("run", "--practice", str(folder), "--no-window", "--json")
    assert again.said()["url"].startswith("http://127.0.0.1:")


def test_a_folder_with_other_things_is_not_made_a_practice(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir(mode=0o755)
    before = tmp_path.stat().st_mode
    done = besace("run", "--practice", str(tmp_path), "--no-window", cwd=tmp_path)
    assert done.returncode == 2
    assert "contient autre chose" in done.stderr
    assert tmp_path.stat().st_mode == before
    assert [file.name for file in tmp_path.iterdir()] == ["photos"]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    where = str(tmp_path / "file" / "cabinet")
    done = besace("run", "--practice", where, "--no-window", cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "ne peut pas servir" in done.stderr


def test_a_taken_port_is_a_sentence_and_frees_the_folder(start: Start, tmp_path: Path) -> None:
    folder = str(tmp_path / "b")
    first = start("run", "--practice", str(tmp_path / "a"), "--no-window", "--json")
    port = first.said()["url"].split(":")[2].split("/")[0]
    taken = besace("run", "--practice", folder, "--no-window", "--port", port, cwd=tmp_path)
    assert taken.returncode == 2
    assert "occupe ce port" in taken.stderr
    first.end()
    freed = start("run", "--practice", folder, "--no-window", "--json", "--port", port)
    assert f":{port}/" in freed.said()["url"]
