"""Codes beside an open practice: a camera let go at once, files in the background, hand readers."""

import os
import pty
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware import hand_reader
from hardware.camera import Camera
from hardware.code_ports import PublishCode
from hardware.hand_reader import HandReader
from hardware.wedge import CALIBRATION, PLAIN
from server.app import code_desk
from server.app.code_desk import CHANGED, DONE, CodeDesk
from server.core.errors import InvalidForm
from server.services import codes, hand_readers
from tests.app.waiting import until
from tests.hardware.drawn import on_a_page, png, qr
from tests.hardware.test_camera import CARD, DESK, shot
from tests.hardware.test_wedge import american
from tests.people import OUCHENE
from tests.world import World, faults

ATTESTATION = "NumeroAMC=775678584;NumAdherent=0123456789"


class Corner:
    """A practice with a camera fed from a film, and what the screens are told."""

    def __init__(self, world: World, film: str = "/nowhere.avi") -> None:
        self.world = world
        self.told: list[tuple[str, str]] = []
        self.seconds = 0.0
        self.cameras: list[Camera] = []
        self.film = film
        self.desk = CodeDesk(
            world.cabinet, lambda kind, what: self.told.append((kind, what)), self._open,
            lambda: self.seconds,
        )  # fmt: skip

    def _open(self, publish: PublishCode, known: Callable[[str], bool], device: str) -> Camera:
        camera = Camera(publish, known, self.film)
        self.cameras.append(camera)
        return camera

    def let_go(self) -> bool:
        """Whether the process that holds the camera has ended."""
        process = self.cameras[-1]._process
        return process is not None and process.poll() is not None


@pytest.fixture
def corner(world: World) -> Iterator[Corner]:
    made = Corner(world)
    made.desk.start()
    yield made
    made.desk.stop()


def test_a_code_before_the_camera_is_read_and_the_camera_let_go_at_once(
    corner: Corner, tmp_path: Path
) -> None:
    card = on_a_page(qr(ATTESTATION, 6))
    corner.film = shot(tmp_path / "film.avi", *[DESK] * 2, *[card] * 120)
    corner.desk.look("0")
    reading = until(lambda: corner.desk.last)
    assert reading is not None
    assert (reading.source, reading.code.text) == ("CAMERA", ATTESTATION)
    until(corner.let_go)
    assert corner.desk.state.looking is False
    assert corner.told[-1] == (DONE, "1")
    assert ATTESTATION not in str(corner.told)
    assert codes.told(corner.world.desk, reading.code).kind == "attestation"


def test_the_picture_is_there_while_somebody_looks_and_advice_comes_after_some_seconds(
    corner: Corner, tmp_path: Path
) -> None:
    corner.film = shot(tmp_path / "film.avi", *[DESK] * 360)
    corner.desk.look("1")
    until(lambda: corner.desk.state.seen)
    shown = until(lambda: corner.desk.preview)
    assert shown is not None and shown.startswith(b"\xff\xd8")
    assert corner.desk.state.hint is False
    for _ in range(3):
        corner.seconds += code_desk.HINT_SECONDS / 2
        assert corner.desk.preview is not None
    until(lambda: corner.desk.state.hint)
    corner.desk.stop_looking()
    assert corner.let_go()
    assert corner.desk.preview is None


def test_a_camera_nobody_looks_at_any_more_is_let_go(corner: Corner, tmp_path: Path) -> None:
    corner.film = shot(tmp_path / "film.avi", *[DESK] * 360)
    corner.desk.look("0")
    corner.seconds += code_desk.UNSEEN_SECONDS + 1
    until(lambda: not corner.desk.state.looking)
    until(corner.let_go)
    assert corner.desk.state.problem == ""


def test_a_camera_that_reads_nothing_for_a_minute_is_let_go_with_a_word(
    corner: Corner, tmp_path: Path
) -> None:
    corner.film = shot(tmp_path / "film.avi", *[DESK] * 360)
    corner.desk.look("0")
    while corner.desk.state.looking:
        corner.seconds += code_desk.UNSEEN_SECONDS / 2
        _ = corner.desk.preview
        until(lambda: True)
    until(corner.let_go)
    assert corner.desk.state.problem == "code.none"


def test_a_camera_that_is_not_there_is_said(corner: Corner) -> None:
    corner.desk.look("0")
    until(lambda: not corner.desk.state.looking)
    assert corner.desk.state.problem == "camera.none"
    with pytest.raises(InvalidForm) as refused:
        corner.desk.look("/etc/passwd")
    assert faults(refused.value) == (("camera", "unknown"),)


def test_the_end_lets_the_camera_go_and_forgets_what_was_read(
    corner: Corner, tmp_path: Path
) -> None:
    corner.film = shot(tmp_path / "film.avi", *[DESK] * 360)
    corner.desk.take("DRAPEAU")
    corner.desk.look("0")
    corner.desk.stop()
    assert (corner.let_go(), corner.desk.last) == (True, None)


def test_the_code_of_an_image_is_read_in_the_background(corner: Corner) -> None:
    corner.desk.read_file(png(on_a_page(qr("un texte"), qr(ATTESTATION))))
    reading = until(lambda: corner.desk.last)
    assert reading is not None
    assert (reading.source, reading.code.text) == ("FILE", ATTESTATION)
    until(lambda: not corner.desk.state.reading)
    corner.desk.read_file(b"no image")
    until(lambda: not corner.desk.state.reading)
    assert corner.desk.state.problem == "image.unknown"


def test_one_file_is_read_at_a_time(corner: Corner) -> None:
    corner.desk.read_file(png(CARD))
    with pytest.raises(InvalidForm) as refused:
        corner.desk.read_file(png(CARD))
    assert faults(refused.value) == (("file", "busy"),)
    until(lambda: not corner.desk.state.reading)


@pytest.mark.row("MAIIA-36")
def test_a_reader_set_for_another_keyboard_is_mended_after_its_calibration(corner: Corner) -> None:
    wrong = american(ATTESTATION)
    assert corner.desk.take(wrong).code.text == wrong
    corner.desk.calibrate(american(CALIBRATION) + "\r")
    known = hand_readers.known(corner.world.desk)
    assert (known.verdict, known.accents) == ("mended", False)
    mended = corner.desk.take(wrong)
    assert (mended.code.text, mended.unmended) == (ATTESTATION, False)
    assert mended.code.to_verify  # its accents do not come through
    strange = corner.desk.take("ô")
    assert (strange.code.text, strange.unmended) == ("ô", True)
    assert (CHANGED, "") in corner.told
    assert not [event for event in corner.told if event[0] == DONE]  # answered where it was typed


def test_a_reader_that_types_right_is_left_alone_and_one_past_mending_is_doubted(
    corner: Corner,
) -> None:
    corner.desk.calibrate(CALIBRATION)
    assert hand_readers.known(corner.world.desk).verdict == "right"
    assert corner.desk.take("né").code.to_verify is False
    corner.desk.calibrate(PLAIN[:-4])
    assert hand_readers.known(corner.world.desk).verdict == "refused"
    assert corner.desk.take(ATTESTATION).unmended


def test_a_reader_on_a_serial_line_needs_no_keyboard_and_is_kept_for_the_next_unlocking(
    corner: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    port = os.ttyname(theirs)
    monkeypatch.setattr(hand_reader, "ports", lambda: [(port, "Lecteur inventé")])
    with pytest.raises(InvalidForm) as refused:
        corner.desk.choose_line("COM9")
    assert faults(refused.value) == (("line", "gone"),)
    said = len(corner.told)
    corner.desk.choose_line(port)
    until(lambda: len(corner.told) >= said + 2)  # chosen, then open
    os.write(ours, b"60010200123\r")
    until(lambda: corner.desk.last)
    assert corner.desk.last is not None
    assert corner.desk.last.source == "HAND_READER"
    corner.desk.stop()
    again = CodeDesk(corner.world.cabinet, lambda *_: None)
    again.start()
    assert again.state.line == port
    assert isinstance(again._line, HandReader)
    again.choose_line("")
    assert again.state.line == ""
    again.stop()
    os.close(ours)
    os.close(theirs)


def test_a_vignette_finds_its_patient_and_nothing_is_opened(world: World) -> None:
    patient = world.patient(OUCHENE)
    reader = CodeDesk(world.cabinet, lambda *_: None)
    number = "".join(each for each in OUCHENE.niss if each.isdigit())
    told = codes.told(world.desk, reader.take(number).code)
    assert (told.kind, [each.id for each in told.patients]) == ("number", [patient])
    paper = "DC02FR000001125E125B0126FR247500010MME/SPECIMEN/NATACHA\x1d22145 AVENUE"
    assert codes.told(world.desk, reader.take(paper).code).kind == "paper"
    assert codes.told(world.desk, reader.take("https://example.org/x").code).kind == "unknown"
