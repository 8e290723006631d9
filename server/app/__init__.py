"""The only place that knows everyone: it wires, starts, stops. `main` is the `besace` command."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; imported only when it is called, so that help answers at once."""
    from server.app.commands import besace

    besace(args=arguments)
