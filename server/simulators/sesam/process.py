"""The process of the simulator: `python -m server.simulators.sesam.process`. Frames in and out.

`--cps FILE` and `--vitale FILE` put cards of serialised groups into its readers; without them its
own invented people lie there. `--no-cps` and `--no-vitale` leave a reader empty; `--slot FILE` is a
reader whose card is that file while it exists. `--clock-offset SECONDS` sets the reader's clock
apart from that of the PC.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from server.simulators.sesam.cards import write
from server.simulators.sesam.component import Component
from server.simulators.sesam.people import CPS, VITALE
from server.simulators.sesam.readers import Readers, Refusal

_ASK, _ANSWER, _PROBLEM = 1, 2, 3
_LONGEST = 8_000_000


def main(asked: Sequence[str] | None = None) -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cps", type=Path)
    parser.add_argument("--vitale", type=Path)
    parser.add_argument("--slot", type=Path)
    parser.add_argument("--no-cps", action="store_true")
    parser.add_argument("--no-vitale", action="store_true")
    parser.add_argument("--clock-offset", type=float, default=0.0)
    options = parser.parse_args(asked)
    readers = Readers(
        cps=None if options.no_cps else _file(options.cps) or write(CPS),
        vitale=None if options.no_vitale else _file(options.vitale) or write(VITALE),
        slot=options.slot,
    )
    late_by = timedelta(seconds=options.clock_offset)
    serve(Component(readers, late_by), sys.stdin.buffer, sys.stdout.buffer)


def serve(component: Component, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer each frame of a stream until it ends or makes no sense."""
    while head := asked.read(5):
        size = int.from_bytes(head[1:], "big")
        if len(head) < 5 or head[0] != _ASK or size > _LONGEST:
            return
        try:
            _say(answers, _ANSWER, component.call(json.loads(asked.read(size))))
        except Refusal as refusal:
            _say(answers, _PROBLEM, refusal.told)
        except (ValueError, KeyError, TypeError, AttributeError):
            reason = "demande incomprise"
            _say(answers, _PROBLEM,
                 {"problem": "sesam.refused", "retryable": False, "reason": reason})  # fmt: skip


def _say(answers: BinaryIO, kind: int, told: dict[str, Any]) -> None:
    body = json.dumps(told).encode()
    answers.write(bytes([kind]) + len(body).to_bytes(4, "big") + body)
    answers.flush()


def _file(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None


if __name__ == "__main__":
    main()
