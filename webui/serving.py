"""Serving the screens: one loopback socket, opened by us and handed to waitress."""

import socket
from typing import TYPE_CHECKING

from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from webui.crowd import ROOM, Admits, guard_connections
from webui.door import ADDRESS
from webui.security import BODY_LIMIT, HEADER_LIMIT, UNCACHED

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 16
_MEMORY = 256 * 1024 * 1024


def bind(port: int = 0) -> socket.socket:
    """Open a socket on 127.0.0.1, on a free port unless one is asked for.

    Raises OSError when the asked port is taken. The port is in `getsockname()[1]`.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
    if exclusive is not None:  # Windows lets another program share the port otherwise
        listener.setsockopt(socket.SOL_SOCKET, exclusive, 1)
    try:
        listener.bind((ADDRESS, port))
    except OSError:
        listener.close()
        raise
    return listener


def server_for(
    app: "WSGIApplication", listener: socket.socket, admits: Admits
) -> BaseWSGIServer | MultiSocketServer:
    """Give the server of an app: `run()` serves until `close()` is called.

    `admits` says whose body is received at all (`webui.security.admits`). Buffers never overflow to
    a temporary file: bodies and answers hold health data. Looking one request ahead lets an event
    stream notice that its page has gone.
    """
    server = create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        ident="",
        max_request_body_size=BODY_LIMIT,
        max_request_header_size=HEADER_LIMIT,
        inbuf_overflow=_MEMORY,
        outbuf_overflow=_MEMORY,
        channel_request_lookahead=1,
        clear_untrusted_proxy_headers=True,
        connection_limit=ROOM,
    )
    guard_connections(server, admits, UNCACHED)
    return server
