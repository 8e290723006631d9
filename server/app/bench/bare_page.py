"""The yardstick of the start: the plainest Flask application behind waitress, one page."""

import socket
import sys

from flask import Flask
from waitress import serve


def main() -> None:
    """Print the address of the page, then serve until stopped."""
    app = Flask("bare")
    app.add_url_rule("/", "page", lambda: "<!doctype html><title>bare</title><p>bare")
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}/\n")
    sys.stdout.flush()
    serve(app, sockets=[listener], _quiet=True)


if __name__ == "__main__":
    main()
