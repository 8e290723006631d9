"""A child that answers as Windows' PowerShell is said to: `python pretended_wia.py WHAT FILE`.

What it was asked is added to FILE, one line of JSON each.
"""

import base64
import json
import sys
from collections.abc import Iterator
from threading import Event


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def answers(what: str, wish: dict[str, object]) -> Iterator[str]:
    if what == "absent":
        yield "TROUBLE 80040154"
    elif wish["do"] == "list":
        yield f"DEVICE {coded('{6BDD}' + chr(92) + '0001')} {coded('Numériseur d’étage')}"
        yield "DEVICE not-base-64 at-all"
        yield f"PRINTER {coded('a')} {coded('b')}"
    elif wish["do"] == "offer":
        yield "HANDLING 7"
        yield "DOTS 75-400" if what == "range" else "DOTS 300 100 200"
    else:
        yield from pages(what)
    yield "END"


def pages(what: str) -> Iterator[str]:
    if what in ("jam", "cover", "busy", "empty"):
        codes = {"jam": "80210002", "cover": "80210016", "busy": "80210006", "empty": "80210003"}
        if what in ("jam", "cover"):
            yield f"PAGE {coded('first')}"
        yield f"TROUBLE {codes[what]}"
        return
    if what == "garbled":
        yield "PAGE ***"
    for text in ("first", "second", "third"):
        yield f"PAGE {coded(text)}"
    if what == "falls":
        sys.exit(1)
    if what == "silent":
        Event().wait()
    yield "TROUBLE 80210003"


if __name__ == "__main__":
    asked = json.loads(sys.stdin.readline())
    with open(sys.argv[2], "a", encoding="utf-8") as file:  # noqa: PTH123 - a child of a test
        file.write(json.dumps(asked) + "\n")
    for answer in answers(sys.argv[1], asked):
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()
