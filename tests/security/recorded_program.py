"""The real `besace` command, with a recorder under it; started by `test_called_hosts.py`.

The recorder is an audit hook put in before the program's own: it writes down every name looked up,
connection opened and datagram sent, whether the program then lets it through or not. When the file
`stray` appears, something in the process calls a host of elsewhere.
"""

import json
import socket
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from server.app import main


def record(into: Path) -> None:
    """Write one JSON line per attempt."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            sock, address = arguments[0], arguments[1]
            if getattr(sock, "family", None) == socket.AF_UNIX or address is None:
                return
            told: object = list(address)[:2] if isinstance(address, tuple) else str(address)
        elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
            told = [str(arguments[0]), 0]
        else:
            return
        with into.open("a") as file:
            file.write(json.dumps([event, told]) + "\n")

    sys.addaudithook(hook)


def stray(sign: Path) -> None:
    """Call elsewhere, three times each, once told to."""
    while not sign.exists():
        Event().wait(0.05)
    for _ in range(3):
        with suppress(OSError):
            socket.create_connection(("198.51.100.7", 443), 1)
        with suppress(OSError):
            socket.getaddrinfo("telemetry.example", 443)
    sign.with_suffix(".done").touch()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    record(folder / "attempts")
    Thread(target=stray, args=(folder / "stray",), daemon=True).start()
    main(sys.argv[2:])
