"""The benchmarks, one module per part: each gives its figures beside their yardstick."""

import json
from collections.abc import Sequence
from importlib import import_module

import click

from server.app.sentences import speech
from server.core.errors import Missing

_PARTS = (
    "efact", "prices", "seal", "flush", "journal", "backup", "start", "load", "hardware", "screen",
)  # fmt: skip


def run_benches(names: Sequence[str], *, as_json: bool) -> int:
    """Run some parts (all by default) and print each figure; 0 when every limit holds."""
    unknown = [name for name in names if name not in _PARTS]
    if unknown:
        click.echo(f"Mesures inconnues : {', '.join(unknown)}. Connues : {', '.join(_PARTS)}.")
        return 2
    missed = 0
    for name in names or _PARTS:
        try:
            for figure in import_module(f"server.app.bench.{name}").run():
                missed += not figure.holds
                click.echo(json.dumps(figure.as_json()) if as_json else str(figure))
        except Missing as error:  # a browser, for one: the other parts are measured all the same
            speech(as_json=as_json).refuse(error)
            missed += 1
    return 1 if missed else 0
