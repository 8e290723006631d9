"""« Lire un code »: camera, file, hand reader, and what the code is (W13, MAIIA-36, MAIIA-37)."""

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm, Missing
from server.core.rights import Right
from server.services import codes, hand_readers, patients
from webui.codes import CodeControl, Reading
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.replies import go, wants_fragment

page = only(Blueprint("codes", __name__, url_prefix="/codes"), Right.PATIENTS)

_LONGEST_LABEL = 60


@page.get("/")
def index() -> ResponseReturnValue:
    """Show by which hands a code is read, and what was read last."""
    control, key = _codes(), request.args.get("patient", "")
    work = desk().work()
    french = key and work.practice.country == "FR"  # where an attestation fills a form
    return render_template(
        "codes/index.html",
        state=control.state,
        patient=patients.open_file(work, key).patient if french else None,
        **_told(control.last),
    )


@page.get("/camera")
def camera() -> str:
    """Show how the camera stands."""
    return render_template("codes/_camera.html", state=_codes().state)


@page.get("/frame")
def frame() -> Response:
    """Give what the camera sees, once; nothing while it sees nothing."""
    seen = _codes().preview
    if seen is None:
        return Response(status=204)
    response = make_response(seen)
    response.mimetype = "image/jpeg"
    return response


@page.post("/look")
@shown_again_by(index)
def look() -> ResponseReturnValue:
    """Open a camera."""
    _codes().look(request.form.get("camera", ""))
    return _camera_or_index()


@page.post("/stop")
def stop() -> ResponseReturnValue:
    """Let the camera go."""
    _codes().stop_looking()
    return _camera_or_index()


@page.post("/file")
@shown_again_by(index)
def file() -> Response:
    """Look into an image or a PDF."""
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    if not content:
        raise InvalidForm(faults=(("file", "missing"),))
    _codes().read_file(content)
    return go("codes.index")


@page.post("/typed")
@shown_again_by(index)
def typed() -> ResponseReturnValue:
    """Take what a hand reader typed, wherever the cursor was, and say what it is (I4)."""
    text = request.form.get("text", "").strip("\r\n\t")
    if not text.strip():
        raise InvalidForm(faults=(("text", "missing"),))
    reading = _codes().take(text)
    if wants_fragment():
        field = request.form.get("field", "")[:_LONGEST_LABEL]
        return render_template("codes/_found.html", field=field, **_told(reading))
    return go("codes.index")


@page.get("/found")
def found() -> str:
    """Say what the code just read is; nothing once it was forgotten."""
    return render_template("codes/_found.html", field="", **_told(_codes().last))


@page.get("/reader")
def reader() -> ResponseReturnValue:
    """Show the test code, and the light of the reader that read it (MAIIA-36)."""
    control = _codes()
    known = hand_readers.known(desk().work())
    return render_template(
        "codes/reader.html",
        known=known,
        light=known.verdict or "waiting",
        ports=control.ports(),
        state=control.state,
    )


@page.post("/reader")
@shown_again_by(reader)
def calibrate() -> Response:
    """Judge what the reader typed of the test code."""
    text = request.form.get("text", "")
    if not text.strip():
        raise InvalidForm(faults=(("text", "missing"),))
    _codes().calibrate(text)
    return go("codes.reader")


@page.post("/line")
@shown_again_by(reader)
def line() -> Response:
    """Listen to a reader on a serial line, or no longer."""
    _codes().choose_line(request.form.get("line", ""))
    return go("codes.reader")


@page.get("/reader/code.svg")
def drawn() -> Response:
    """Draw the test code."""
    response = make_response(_codes().calibration())
    response.mimetype = "image/svg+xml"
    return response


def _codes() -> CodeControl:
    """Give what reads codes; where the file is only read, nothing does."""
    found = desk().services.codes
    if found is None:
        raise Missing(what="codes")
    return found


def _camera_or_index() -> ResponseReturnValue:
    return camera() if wants_fragment() else go("codes.index")


def _told(reading: Reading | None) -> dict[str, object]:
    told = codes.told(desk().work(), reading.code) if reading else None
    return {"last": reading, "told": told}
