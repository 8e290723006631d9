"""What the doctor says of codes, on machines that have everything and machines that lack some."""

from types import SimpleNamespace

import pytest

from hardware import zbar
from hardware.code_ports import CodeFailed, CodeProblem, PublishCode, Source, SourceReady
from server.app import doctor_codes
from server.app.doctor_codes import look_at_codes
from server.app.findings import Finding, Grade


def found() -> dict[str, Finding]:
    return {finding.code: finding for finding in look_at_codes()}


def test_codes_are_really_read_here() -> None:
    assert found().keys() >= {"codes.opencv", "codes.ok"}


def test_the_missing_second_opinion_costs_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zbar, "library", lambda: None)
    without = found()
    assert without["codes.no_second"].grade is Grade.LACK
    assert without.keys() >= {"codes.ok", "codes.opencv"}
    monkeypatch.setattr(zbar, "library", lambda: print)
    assert "codes.second" in found()


def test_a_second_opencv_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["opencv_python", "opencv-python-headless", "flask"]
    held = [SimpleNamespace(metadata={"Name": name}) for name in names]
    monkeypatch.setattr(doctor_codes, "distributions", lambda: held)
    facts = {"found": "opencv-python, opencv-python-headless"}
    assert found()["codes.opencv_other"] == Finding("codes.opencv_other", Grade.LACK, facts)


def test_a_library_that_is_not_there_or_reads_wrongly_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor_codes, "_drawn", lambda _: b"rien")
    assert found()["codes.wrong"].grade is Grade.LACK

    def absent(_: str) -> bytes:
        raise ImportError

    monkeypatch.setattr(doctor_codes, "_drawn", absent)
    assert found()["codes.no_library"].grade is Grade.LACK


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (SourceReady(Source.CAMERA), "camera.ok"),
        (CodeFailed(Source.CAMERA, CodeProblem.NO_CAMERA), "camera.none"),
        (None, "camera.silent"),
    ],
)
def test_a_camera_is_opened_for_a_moment(
    monkeypatch: pytest.MonkeyPatch, event: SourceReady | CodeFailed | None, code: str
) -> None:
    stopped: list[bool] = []

    class Paper:
        def __init__(self, publish: PublishCode, **_: object) -> None:
            self.publish = publish

        def start(self) -> None:
            if event is not None:
                self.publish(event)

        def stop(self) -> None:
            stopped.append(True)

    monkeypatch.setattr("hardware.camera.Camera", Paper)
    monkeypatch.setattr(doctor_codes, "_CAMERA_SECONDS", 0.01)
    assert found()[code] == Finding(code)
    assert stopped == [True]


def test_serial_ports_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardware.hand_reader.ports", lambda: [("COM3", "Lecteur"), ("COM4", "")])
    assert found()["serial.ports"].facts == {"ports": "COM3 (Lecteur), COM4"}
    monkeypatch.setattr("hardware.hand_reader.ports", lambda: [])
    assert "serial.ports" not in found()
