"""The web server of one launch, in a thread of its own, ended without cutting an answer short."""

from threading import Thread
from typing import Any

from waitress import wasyncore
from waitress.server import BaseWSGIServer, MultiSocketServer

_STOP_SECONDS = 2.0


class WebThread:
    """Serves until stopped."""

    def __init__(self, server: BaseWSGIServer | MultiSocketServer) -> None:
        self._server: Any = server  # its stubs miss the trigger, and know channels as one
        self._thread = Thread(target=server.run, name="web", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Let the answers under way end, then close every connection; two seconds each at most."""
        self._server.task_dispatcher.shutdown(timeout=_STOP_SECONDS)
        # Sockets belong to the thread that waits on them: it is asked to close them itself.
        self._server.trigger.pull_trigger(self._close)
        self._thread.join(_STOP_SECONDS)
        if self._server.task_dispatcher.threads:  # an answer that does not end: not waited for
            Thread(target=self._close_pipe, name="web-end", daemon=True).start()
        elif not self._thread.is_alive():
            self._close_pipe()

    def _close(self) -> None:
        """Close what the loop waits on, so that it ends; but for the pipe that wakes it.

        Whoever still holds that pipe writes to it by number: closed too early, the number may by
        then be another file's.
        """
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        wasyncore.dispatcher.close(self._server)
        self._server.trigger.del_channel()

    def _close_pipe(self) -> None:
        """Close the pipe that wakes the loop, once nobody is left to write to it."""
        self._thread.join()
        dispatcher = self._server.task_dispatcher
        with dispatcher.lock:
            while dispatcher.threads:
                dispatcher.thread_exit_cv.wait(1)
        self._server.trigger.close()
