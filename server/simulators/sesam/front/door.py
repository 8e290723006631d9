"""A door of the front-end for a protocol of lines: SMTP, POP3."""

from socketserver import StreamRequestHandler

from server.simulators.doors import Door

SILENCE_SECONDS = 60


class LineDoor(Door):
    """Serves until it is stopped."""

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class Visit(StreamRequestHandler):
    """One visitor of a door."""

    server: LineDoor
    timeout = SILENCE_SECONDS

    def setup(self) -> None:
        """Begin to know of this connection."""
        super().setup()
        self.server.track(self.connection, alive=True)

    def finish(self) -> None:
        """Forget it."""
        self.server.track(self.connection, alive=False)
        super().finish()

    def say(self, text: str) -> None:
        """Say one line."""
        self.wfile.write(f"{text}\r\n".encode("ascii"))
